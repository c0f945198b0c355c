//! What is looked up at each reading: the process, and what the store has counted.

use std::{fmt, fs, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
};

use crate::graphql::Graph;
use crate::residency::{CONNECTORS, REFUSED};

/// Statements of the store.
pub(super) struct Database(pub Arc<Graph>);

impl Collector for Database {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let counts = self.0.store().statements();
        let all = [
            (
                "database_statements",
                "Statements put to the database",
                counts.put,
            ),
            (
                "database_errors",
                "Statements that the database did not carry out",
                counts.failed,
            ),
        ];
        for (name, help, count) in all {
            let counter = ConstCounter::new(count);
            let metric = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
            counter.encode(metric)?;
        }
        let time = ConstCounter::new(counts.time.as_secs_f64());
        let help = "Time that statements took";
        let metric =
            encoder.encode_descriptor("database_seconds", help, None, time.metric_type())?;
        time.encode(metric)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Database")
    }
}

/// What was let through to connectors, and what was kept from leaving.
#[derive(Debug)]
pub(super) struct Leaving;

impl Collector for Leaving {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let help = "Decisions whether something about a person may leave, by connector and outcome";
        let kind = ConstCounter::new(0_u64).metric_type();
        let mut metric = encoder.encode_descriptor("transfers", help, None, kind)?;
        for connector in CONNECTORS {
            let (went, refused) = connector.counts();
            for (outcome, count) in [("OK", went), (REFUSED, refused)] {
                let labels = [("connector", connector.name), ("outcome", outcome)];
                let counter = ConstCounter::new(count);
                counter.encode(metric.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

/// The process, as Linux tells of it; nothing elsewhere.
#[derive(Debug)]
pub(super) struct Process;

/// The kernel counts CPU time for user space in hundredths of a second, whatever its own tick is.
const TICKS_A_SECOND: f64 = 100.0;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        if let Some(seconds) = cpu_seconds() {
            let counter = ConstCounter::new(seconds);
            let help = "CPU time of the process";
            let kind = counter.metric_type();
            counter.encode(encoder.encode_descriptor("cpu_seconds", help, None, kind)?)?;
        }
        let gauges = [
            (
                "resident_memory_bytes",
                "Memory of the process",
                resident_bytes(),
            ),
            (
                "open_files",
                "Files and sockets that are open",
                open_files(),
            ),
        ];
        for (name, help, value) in gauges {
            if let Some(value) = value {
                let gauge = ConstGauge::new(value);
                let kind = gauge.metric_type();
                gauge.encode(encoder.encode_descriptor(name, help, None, kind)?)?;
            }
        }
        Ok(())
    }
}

fn cpu_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in brackets, may itself hold brackets and spaces.
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_A_SECOND)
}

fn resident_bytes() -> Option<i64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

fn open_files() -> Option<i64> {
    // Reading the folder opens it, too.
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    i64::try_from(count.saturating_sub(1)).ok()
}
