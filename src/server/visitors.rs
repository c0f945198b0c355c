//! Who is being served: how many requests, sockets and subscriptions each viewer and each address
//! has going on, and how many are too many.
//!
//! Whoever is over a limit is refused at once and told when to come again; nobody waits in a line,
//! which would only move the crowd into the server. A viewer is known by the token, whoever shows
//! none by the address; without either (behind no port) nothing is counted.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::refusal::{Refusal, TooMany};
use crate::{config::VisitorLimits, viewer::Claims};

/// How many visitors are remembered before those who have nothing going on are forgotten.
const CROWD: usize = 4_096;

/// All visitors.
#[derive(Clone)]
pub(super) struct Visitors {
    limits: VisitorLimits,
    known: Arc<Mutex<Known>>,
}

/// Visitors with what they have going on, and the number at which they are looked through.
struct Known {
    visits: HashMap<Visitor, Visits>,
    crowd: usize,
}

/// Whom a limit is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Visitor {
    Viewer(String),
    Address(IpAddr),
}

/// What can be going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visit {
    /// A request that ends with its answer.
    Request,
    /// A WebSocket or an event stream.
    Socket,
    /// A subscription.
    Subscription,
}

/// What one visitor has going on, and what is left of the requests that may be made at once.
struct Visits {
    going: [u64; 3],
    left: f64,
    since: Instant,
}

/// Leave to go on. Dropped when it is over.
pub(super) struct Pass {
    known: Arc<Mutex<Known>>,
    visit: Visit,
    visitors: Vec<Visitor>,
}

impl Visitors {
    pub(super) fn new(limits: VisitorLimits) -> Self {
        let known = Known {
            visits: HashMap::new(),
            crowd: CROWD,
        };
        Self {
            limits,
            known: Arc::new(Mutex::new(known)),
        }
    }

    /// Lets something begin for the holder of these claims at this address.
    pub(super) fn begin(
        &self,
        visit: Visit,
        claims: Option<&Claims>,
        address: Option<IpAddr>,
    ) -> Result<Pass, Refusal> {
        let address = address.map(|address| Visitor::Address(one_of_many(address)));
        let viewer = claims.map(|claims| Visitor::Viewer(claims.sub.clone()));
        // Who shows no token is held to a viewer's rate by the address.
        let rated = viewer.clone().or_else(|| address.clone());
        let visitors: Vec<Visitor> = match visit {
            // Viewers behind one address have their subscriptions each for themselves.
            Visit::Subscription => rated.iter().cloned().collect(),
            _ => viewer.into_iter().chain(address).collect(),
        };
        let now = Instant::now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.make_room(now, &self.limits);
        for visitor in &visitors {
            let visits = known.of(visitor, now, &self.limits);
            self.has_room(visit, visitor, visits.going(visit))?;
        }
        if let (Visit::Request | Visit::Subscription, Some(rated)) = (visit, &rated) {
            known.of(rated, now, &self.limits).pay(now, &self.limits)?;
        }
        for visitor in &visitors {
            let visits = known.of(visitor, now, &self.limits);
            if let Some(going) = visits.going.get_mut(visit as usize) {
                *going += 1;
            }
        }
        Ok(Pass {
            known: Arc::clone(&self.known),
            visit,
            visitors,
        })
    }

    /// Counts one more request of those that are answered one after the other under one pass.
    pub(super) fn count(
        &self,
        claims: Option<&Claims>,
        address: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        let address = address.map(|address| Visitor::Address(one_of_many(address)));
        let viewer = claims.map(|claims| Visitor::Viewer(claims.sub.clone()));
        let Some(rated) = viewer.or(address) else {
            return Ok(());
        };
        let now = Instant::now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.of(&rated, now, &self.limits).pay(now, &self.limits)
    }

    /// Whether one more may begin beside so many.
    fn has_room(&self, visit: Visit, visitor: &Visitor, going: u64) -> Result<(), Refusal> {
        let limits = &self.limits;
        let (limit, what, allowed) = match (visit, visitor) {
            (Visit::Request, Visitor::Viewer(_)) => (
                "max_requests_per_viewer",
                "requests at a time of one viewer",
                limits.viewer_requests,
            ),
            (Visit::Request, Visitor::Address(_)) => (
                "max_requests_per_address",
                "requests at a time from one address",
                limits.address_requests,
            ),
            (Visit::Socket, Visitor::Viewer(_)) => (
                "max_sockets_per_viewer",
                "sockets and event streams of one viewer",
                limits.viewer_sockets,
            ),
            (Visit::Socket, Visitor::Address(_)) => (
                "max_sockets_per_address",
                "sockets and event streams from one address",
                limits.address_sockets,
            ),
            (Visit::Subscription, _) => (
                "max_subscriptions_per_viewer",
                "subscriptions of one viewer",
                limits.viewer_subscriptions,
            ),
        };
        match going < allowed {
            true => Ok(()),
            false => Err(Refusal::TooMany(TooMany {
                limit,
                what,
                asked: going + 1,
                allowed,
                wait: Duration::from_secs(1),
            })),
        }
    }
}

impl Known {
    fn of(&mut self, visitor: &Visitor, now: Instant, limits: &VisitorLimits) -> &mut Visits {
        let new = || Visits {
            going: [0; 3],
            left: limits.viewer_burst as f64,
            since: now,
        };
        self.visits.entry(visitor.clone()).or_insert_with(new)
    }

    /// Forgets who has nothing going on and has rested, so that strangers do not fill the memory.
    fn make_room(&mut self, now: Instant, limits: &VisitorLimits) {
        if self.visits.len() < self.crowd {
            return;
        }
        self.visits.retain(|_, visits| {
            visits.going != [0; 3] || visits.refilled(now, limits) < limits.viewer_burst as f64
        });
        self.crowd = (self.visits.len() * 2).max(CROWD);
    }
}

impl Visits {
    fn going(&self, visit: Visit) -> u64 {
        self.going.get(visit as usize).copied().unwrap_or(u64::MAX)
    }

    /// What is left, with what came back since.
    fn refilled(&self, now: Instant, limits: &VisitorLimits) -> f64 {
        if limits.viewer_rate == 0 {
            return limits.viewer_burst as f64;
        }
        let rested = now.saturating_duration_since(self.since).as_secs_f64();
        let back = rested * limits.viewer_rate as f64;
        (self.left + back).min(limits.viewer_burst as f64)
    }

    /// Takes one from what is left.
    fn pay(&mut self, now: Instant, limits: &VisitorLimits) -> Result<(), Refusal> {
        if limits.viewer_rate == 0 {
            return Ok(());
        }
        self.left = self.refilled(now, limits);
        self.since = now;
        if self.left < 1.0 {
            let seconds = (1.0 - self.left) / limits.viewer_rate as f64;
            return Err(Refusal::TooMany(TooMany {
                limit: "max_requests_per_second",
                what: "requests in a second of one viewer",
                asked: limits.viewer_rate + 1,
                allowed: limits.viewer_rate,
                wait: Duration::from_secs_f64(seconds.max(0.0)),
            }));
        }
        self.left -= 1.0;
        Ok(())
    }
}

impl Pass {
    /// Ends what it gave leave for, before it is dropped.
    pub(super) fn give_up(&mut self) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for visitor in self.visitors.drain(..) {
            if let Some(visits) = known.visits.get_mut(&visitor)
                && let Some(going) = visits.going.get_mut(self.visit as usize)
            {
                *going = going.saturating_sub(1);
            }
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// An address; of IPv6 the network that one household has whole.
pub(super) fn one_of_many(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: VisitorLimits = VisitorLimits {
        viewer_requests: 2,
        address_requests: 3,
        viewer_rate: 0,
        viewer_burst: 2,
        viewer_sockets: 1,
        address_sockets: 2,
        viewer_subscriptions: 1,
        address_connections: 1,
        head_timeout: Duration::from_secs(1),
        proxies: 0,
    };

    fn claims(person: &str) -> Claims {
        Claims::of_user(person, chrono::Utc::now(), Duration::from_secs(60))
    }

    fn told(pass: Result<Pass, Refusal>) -> Option<(&'static str, u64, u64)> {
        match pass.err()? {
            Refusal::TooMany(many) => Some((many.limit, many.asked, many.allowed)),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn each_viewer_and_each_address_has_its_own_room() {
        let visitors = Visitors::new(LIMITS);
        let (ann, bob) = (claims("ann"), claims("bob"));
        let here = Some(IpAddr::from([10, 0, 0, 1]));
        let there = Some(IpAddr::from([10, 0, 0, 2]));
        let begin = |claims, address| visitors.begin(Visit::Request, Some(claims), address);
        let first = begin(&ann, here).ok().unwrap();
        let _second = begin(&ann, here).ok().unwrap();
        let over = Some(("max_requests_per_viewer", 3, 2));
        assert_eq!(told(begin(&ann, there)), over);
        let _third = begin(&bob, here).ok().unwrap();
        let over = Some(("max_requests_per_address", 4, 3));
        assert_eq!(told(begin(&bob, here)), over);
        assert_eq!(told(visitors.begin(Visit::Request, None, here)), over);
        let _fourth = begin(&bob, there).ok().unwrap();
        drop(first);
        assert_eq!(told(begin(&ann, here)), None);
        // Who is neither known nor anywhere is not counted.
        let nobody = || visitors.begin(Visit::Request, None, None);
        let many: Vec<_> = (0..10).map(|_| nobody()).collect();
        assert!(many.iter().all(Result::is_ok));
    }

    #[test]
    fn sockets_and_subscriptions_are_counted_apart() {
        let visitors = Visitors::new(LIMITS);
        let (ann, bob) = (claims("ann"), claims("bob"));
        let here = Some(IpAddr::from([10, 0, 0, 1]));
        let _socket = visitors
            .begin(Visit::Socket, Some(&ann), here)
            .ok()
            .unwrap();
        assert_eq!(
            told(visitors.begin(Visit::Socket, Some(&ann), here)),
            Some(("max_sockets_per_viewer", 2, 1))
        );
        let _other = visitors
            .begin(Visit::Socket, Some(&bob), here)
            .ok()
            .unwrap();
        assert_eq!(
            told(visitors.begin(Visit::Socket, None, here)),
            Some(("max_sockets_per_address", 3, 2))
        );
        let listen = |claims| visitors.begin(Visit::Subscription, Some(claims), here);
        let _one = listen(&ann).ok().unwrap();
        assert_eq!(
            told(listen(&ann)),
            Some(("max_subscriptions_per_viewer", 2, 1))
        );
        assert_eq!(told(listen(&bob)), None);
    }

    #[test]
    fn a_rate_lets_a_burst_through_and_then_so_many_a_second() {
        let limits = VisitorLimits {
            viewer_rate: 10,
            ..LIMITS
        };
        let start = Instant::now();
        let mut visits = Visits {
            going: [0; 3],
            left: 2.0,
            since: start,
        };
        let mut at = |milliseconds| {
            let now = start + Duration::from_millis(milliseconds);
            match visits.pay(now, &limits) {
                Ok(()) => 0,
                Err(Refusal::TooMany(many)) => many.wait.as_millis(),
                Err(other) => panic!("{other}"),
            }
        };
        assert_eq!([at(0), at(0), at(0), at(50)], [0, 0, 100, 50]);
        assert_eq!([at(100), at(100)], [0, 100]);
        // However long the rest, there is one burst.
        assert_eq!([at(9_000), at(9_000), at(9_000)], [0, 0, 100]);
    }

    #[test]
    fn strangers_who_are_gone_are_forgotten() {
        let visitors = Visitors::new(LIMITS);
        let kept = visitors.begin(Visit::Request, Some(&claims("ann")), None);
        for person in 0..3 * CROWD {
            let passed = visitors.begin(Visit::Request, Some(&claims(&person.to_string())), None);
            assert!(passed.is_ok());
        }
        let known = visitors.known.lock().unwrap();
        assert!(known.visits.len() <= CROWD, "{}", known.visits.len());
        let ann = &known.visits[&Visitor::Viewer("ann".to_owned())];
        assert_eq!(ann.going, [1, 0, 0]);
        drop(known);
        assert!(kept.is_ok());
    }

    #[test]
    fn a_household_is_one_address() {
        let of = |text: &str| one_of_many(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8:0:0:ffff::2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
