//! What the prover said, and why it said nothing, as faults that an officer understands.

use serde_json::Value;

use crate::policy::gate::{Fault, Set};

/// How much of a text of the prover is told.
const MOST: usize = 1_000;

/// The promises that do not hold, from the prover's report.
pub fn refuted(set: &Set, report: &str) -> Vec<Fault> {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let promises = report["promises"].as_array().into_iter().flatten();
    let broken = |promise: &&Value| {
        let outcome = promise["outcome"].as_str().unwrap_or_default();
        !["proved", "waiting"].contains(&outcome)
    };
    let faults: Vec<Fault> = promises
        .filter(broken)
        .map(|promise| told(set, promise))
        .collect();
    match faults.is_empty() {
        true => vec![unasked::failed(set)],
        false => faults,
    }
}

fn told(set: &Set, promise: &Value) -> Fault {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (id, en, zh) = (
        text(&promise["id"]),
        text(&promise["en"]),
        text(&promise["zh"]),
    );
    let (file, line) = place(set, &id);
    let (why_en, why_zh) = match promise["outcome"].as_str() {
        Some("broken") => example(&promise["examples"][0]),
        Some("undecided") => {
            let reason = text(&promise["reasons"][0]);
            (
                format!("it could not be decided: {reason}"),
                format!("未能判定：{reason}"),
            )
        }
        _ => (
            "it names no request that there can be, and so promises nothing".to_owned(),
            "它不涉及任何可能的請求，因此沒有承諾任何事".to_owned(),
        ),
    };
    Fault::new(
        &file,
        line,
        short(format!("the promise “{en}” is not proved: {why_en}")),
        short(format!("承諾「{zh}」未獲證明：{why_zh}")),
    )
    .about(id)
}

/// A request against a promise, in words.
fn example(found: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let party = |party: &Value| {
        let matters = party["matters"].as_array().into_iter().flatten();
        let matters = matters.map(|m| format!("{} = {}", text(&m["name"]), text(&m["value"])));
        let matters: Vec<String> = matters.collect();
        match matters.is_empty() {
            true => text(&party["name"]),
            false => format!("{} ({})", text(&party["name"]), matters.join("; ")),
        }
    };
    let by = found["allowed_by"].as_array().into_iter().flatten();
    let by: Vec<String> = by.map(|policy| text(&policy["id"])).collect();
    let (who, record, by) = (party(&found["who"]), party(&found["record"]), by.join(", "));
    let but = text(&found["but"]);
    (
        format!("{who} {} of {record}, by {by} {but}", text(&found["en"]))
            .trim_end()
            .to_owned(),
        format!("{who} 可{}：{record}（依據 {by}）", text(&found["zh"])),
    )
}

/// Where a promise is written.
fn place(set: &Set, id: &str) -> (String, usize) {
    let wanted = format!("@id(\"{id}\")");
    for document in &set.invariants {
        let line = document
            .text
            .lines()
            .position(|line| line.contains(&wanted));
        if let Some(line) = line {
            return (document.name.clone(), line + 1);
        }
    }
    (set.schema.name.clone(), 1)
}

fn short(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(MOST) {
        text.truncate(at);
        text.push('…');
    }
    text
}

/// Why the prover said nothing of a set, and how to go on.
pub mod unasked {
    use std::time::Duration;

    use super::short;
    use crate::policy::gate::{Fault, Set};

    fn fault(set: &Set, en: impl Into<String>, zh: impl Into<String>) -> Fault {
        Fault::new(&set.schema.name, 1, en, zh)
    }

    /// It is not on this machine.
    pub fn absent(set: &Set) -> Fault {
        fault(
            set,
            "the promises were not proved, since the server finds no prover: whoever runs it puts \
             `kaifong-prover` beside the program or names it in the setting `prover`; or prove the \
             set elsewhere with `kaifong policy prove` and publish it with `kaifong policy publish`",
            "承諾未獲證明，因為伺服器找不到證明程式：請管理員把 `kaifong-prover` 放在程式旁邊，或在設定 \
             `prover` 指明其位置；亦可在別處以 `kaifong policy prove` 證明，再以 `kaifong policy publish` 發布",
        )
    }

    /// It took too long.
    pub fn too_long(set: &Set, patience: Duration) -> Fault {
        let seconds = patience.as_secs();
        fault(
            set,
            format!(
                "the prover did not end within {seconds} seconds and was stopped; try again, or \
                 ask whoever runs the server to raise the setting `prove_timeout`"
            ),
            format!(
                "證明程式在 {seconds} 秒內未完成，已被停止；請再試，或請管理員調高設定 `prove_timeout`"
            ),
        )
    }

    /// Nobody waits for it any more.
    pub fn given_up(set: &Set) -> Fault {
        fault(
            set,
            "the proof was stopped, since nobody waited for it any more",
            "沒有人再等候，證明已停止",
        )
    }

    /// It ended, but its certificate is not of this set.
    pub fn strange(set: &Set) -> Fault {
        fault(
            set,
            "the prover's certificate is not of this set: is there a promise in it, and is the \
             prover of the same version as the server?",
            "證明程式的證書不屬於此政策集：政策集內有沒有承諾？證明程式與伺服器的版本是否相同？",
        )
    }

    /// It could not be started or read.
    pub fn failed(set: &Set) -> Fault {
        fault(
            set,
            "the prover could not be asked; the server's log says why",
            "無法使用證明程式；原因見伺服器的記錄",
        )
    }

    /// It could not prove, and says why: no solver, for instance.
    pub fn complained(set: &Set, complaint: &str) -> Fault {
        let line = complaint.lines().next().unwrap_or_default();
        let line = line.strip_prefix("error").unwrap_or(line);
        fault(
            set,
            short(format!("the prover could not prove: {line}")),
            short(format!("證明程式未能證明：{line}")),
        )
    }
}
