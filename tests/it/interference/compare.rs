//! Asks both databases the same, and makes a query that tells them apart as small as it goes.

use std::sync::Arc;

use async_graphql::Request;
use kaifong::graphql::{AsText, Graph, Limits, written};
use kaifong::policy::{Document, Policies};
use kaifong::store::Seal;
use serde_json::Value;

use super::pair::{Half, Pair};
use super::text::{Literal, Part, Query};
use crate::app::noon;

/// How a query is answered.
pub trait Answers {
    async fn answer(&self, half: &Half, query: &Query) -> String;
}

/// By the guarded graph.
pub struct Guarded;

/// By the guarded graph too, but for the filters of lists, which look at everything: the ids that
/// fit are asked for under policies that permit all, and the guarded graph is asked for those of
/// them that the viewer sees.
pub struct Leaky {
    one: Graph,
    two: Graph,
}

impl Answers for Guarded {
    async fn answer(&self, half: &Half, query: &Query) -> String {
        let text = query.text();
        let answer = ask(&half.app.graph, half, &text).await;
        // The server writes the same bytes the short way.
        let request = Request::new(&*text).data(AsText);
        let viewer = half.viewer.clone();
        let response = half.app.graph.answer(request, viewer, noon()).await;
        let written = String::from_utf8(written(&response).unwrap()).unwrap();
        assert_eq!(written, answer, "{text}");
        answer
    }
}

async fn ask(graph: &Graph, half: &Half, query: &str) -> String {
    let response = graph
        .answer(Request::new(query), half.viewer.clone(), noon())
        .await;
    serde_json::to_string(&response).unwrap()
}

impl Leaky {
    pub fn over(pair: &Pair) -> Self {
        let schema = include_str!("../../../policies/schema.cedarschema");
        let permit =
            r#"@id("all") @en("All.") @zh("全部。") permit (principal, action, resource);"#;
        let document = |name: &str, text: &str| Document {
            name: name.into(),
            text: text.into(),
        };
        let set = [document("all.cedar", permit)];
        let open = Policies::load(&document("schema.cedarschema", schema), &set).unwrap();
        let graph = |half: &Half| {
            let store = half.app.graph.store().clone();
            let (limits, clock) = (Limits::default(), Arc::new(noon));
            Graph::new(Arc::clone(&open), store, Seal::new([9; 64]), limits, clock)
        };
        Self {
            one: graph(&pair.one),
            two: graph(&pair.two),
        }
    }
}

/// The list with the ids that fit instead of its filter.
async fn looked_up(half: &Half, open: &Graph, root: &Part) -> Part {
    let (filters, mut kept): (Vec<_>, Vec<_>) = root
        .arguments
        .iter()
        .cloned()
        .partition(|(name, _)| matches!(name.as_str(), "where" | "search"));
    if filters.is_empty() {
        return root.clone();
    }
    let fit = ids(open, half, &root.head, filters).await;
    let seen = ids(&half.app.graph, half, &root.head, vec![among(&fit)]).await;
    kept.push(among(&seen));
    Part {
        arguments: kept,
        ..root.clone()
    }
}

impl Answers for Leaky {
    async fn answer(&self, half: &Half, query: &Query) -> String {
        let open = if half.first { &self.one } else { &self.two };
        let mut roots = Vec::new();
        for root in &query.roots {
            roots.push(looked_up(half, open, root).await);
        }
        ask(&half.app.graph, half, &Query { roots }.text()).await
    }
}

/// `where` it is one of these; a list of ids has at most two hundred.
fn among(ids: &[String]) -> (String, Literal) {
    let some = ids.chunks(150).map(|some| {
        let some = Literal::List(some.iter().map(|id| Literal::text(id)).collect());
        let among = Literal::Object(vec![("in".into(), some)]);
        Literal::Object(vec![("id".into(), among)])
    });
    let any = Literal::List(some.collect());
    ("where".into(), Literal::Object(vec![("or".into(), any)]))
}

/// All ids of a list with these arguments.
async fn ids(
    graph: &Graph,
    half: &Half,
    head: &str,
    mut arguments: Vec<(String, Literal)>,
) -> Vec<String> {
    arguments.push(("first".into(), Literal::Plain("1000".into())));
    arguments.push(("includeArchived".into(), Literal::Plain("true".into())));
    let (name, _) = head.split_once(':').unwrap();
    let mut found = Vec::new();
    loop {
        let nodes = Part::of("nodes", vec![Part::leaf("id")]);
        let root = Part {
            head: head.into(),
            arguments: arguments.clone(),
            parts: vec![nodes],
            fragment: None,
        };
        let root = root.with("offset", Literal::Plain(found.len().to_string()));
        let answer = ask(graph, half, &Query { roots: vec![root] }.text()).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let nodes = answer["data"][name]["nodes"].as_array();
        let nodes = nodes.unwrap_or_else(|| panic!("{answer}"));
        found.extend(
            nodes
                .iter()
                .map(|node| node["id"].as_str().unwrap().to_owned()),
        );
        if nodes.len() < 1000 {
            return found;
        }
    }
}

/// Both answers.
pub async fn both(answers: &impl Answers, pair: &Pair, query: &Query) -> (String, String) {
    (
        answers.answer(&pair.one, query).await,
        answers.answer(&pair.two, query).await,
    )
}

/// What to print about a query that tells the two apart: made smaller while it still does.
pub async fn told_apart(answers: &impl Answers, pair: &Pair, query: &Query) -> String {
    let mut least = query.clone();
    let mut left = 600;
    'smaller: loop {
        for smaller in least.smaller() {
            if left == 0 {
                break 'smaller;
            }
            left -= 1;
            let (one, two) = both(answers, pair, &smaller).await;
            if one != two {
                least = smaller;
                continue 'smaller;
            }
        }
        break;
    }
    let (one, two) = both(answers, pair, &least).await;
    format!(
        "{} tells apart by\n{}\n{one}\n{two}\n",
        pair.role,
        least.text()
    )
}
