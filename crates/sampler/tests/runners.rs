//! What real task runners left with their processes, recorded, and what becomes of it with the
//! tables that memtop has for them.

mod fake;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use memtop_proc::Startup;
use memtop_sampler::{
    Event, FoundTaskRecord, InitialMemory, Kind, Metric, RuleSet, Rules, Runner, Sampler,
    SharedRules, TaskRule, Traits,
};
use serde_json::Value;

use fake::FakeTable;

const ROOT: u32 = 10;
/// So that each process of a task shows in its sums.
const EACH: u64 = 1_000;

fn read(path: impl AsRef<Path>) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(folder.join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

fn optional(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn task_rule(rule: &Value) -> TaskRule {
    let variables = rule["env"].as_array().unwrap().iter();
    TaskRule {
        environment: variables
            .map(|variable| (text(&variable["name"]), optional(&variable["value"])))
            .collect(),
        arguments: optional(&rule["argv"]),
        directory: optional(&rule["cwd"]),
        name: text(&rule["task"]),
        key: optional(&rule["key"]),
        is_service: rule["isService"].as_bool().unwrap(),
    }
}

fn rules() -> SharedRules {
    let table = read("tests/rules.json");
    let runners = table["runners"].as_array().unwrap().iter();
    let runners = runners.map(|runner| Runner {
        name: text(&runner["name"]),
        level: u8::try_from(runner["level"].as_u64().unwrap()).unwrap(),
        tasks: runner["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(task_rule)
            .collect(),
        wrappers: texts(&runner["wrappers"]),
        hosts: texts(&runner["hosts"]),
    });
    let set = RuleSet {
        runners: runners.collect(),
        stages: Vec::new(),
    };
    Arc::new(Rules::new(set).unwrap())
}

fn startup(process: &Value) -> Startup<'static> {
    let variables = process["env"].as_object().unwrap().iter();
    let variables = variables.map(|(name, value)| format!("{name}={}\0", text(value)));
    let arguments = texts(&process["argv"]).into_iter();
    Startup {
        arguments: arguments
            .flat_map(|argument| (argument + "\0").into_bytes())
            .collect(),
        environment: variables.collect::<String>().into_bytes().into(),
    }
}

/// One after the other each process comes, is looked at, and stays.
fn replay(case: &str, processes: &[&Value], rules: &SharedRules) -> Vec<String> {
    let table = FakeTable::default();
    table.start(ROOT, 1, EACH);
    let mut sampler = Sampler::new(table.clone(), Metric::Rss);
    sampler.expect_events();
    let root = sampler.add_task(ROOT, Duration::ZERO).unwrap().unwrap();
    sampler.attribute(root, Arc::clone(rules), &Traits::default(), Duration::ZERO);
    let mut wrong = Vec::new();
    let mut started = HashSet::new();
    for (number, process) in processes.iter().enumerate() {
        let now = Duration::from_millis(number as u64);
        let pid = u32::try_from(process["pid"].as_u64().unwrap()).unwrap();
        let parent = u32::try_from(process["ppid"].as_u64().unwrap()).unwrap();
        let parent = if parent == 1 { ROOT } else { parent };
        if started.insert(pid) {
            table.start(pid, parent, EACH);
            let memory = InitialMemory::CopyOfParent;
            let birth = Event::Started {
                pid,
                parent,
                memory,
            };
            sampler.handle(birth, now).unwrap();
        }
        let traits = Arc::new(rules.look(&startup(process), || Some(text(&process["cwd"]).into())));
        sampler
            .handle(Event::Execed(pid, Some(traits)), now)
            .unwrap();
        sampler.tick(now).unwrap();
        let named = sampler.found_task_records(root);
        let living = sampler.living(root);
        let task = living
            .into_iter()
            .find(|living| living.id.pid == pid)
            .unwrap()
            .task;
        let found = named.iter().find(|named| named.tasks.contains(&task));
        let expected = (optional(&process["runner"]), optional(&process["task"]));
        let actual =
            found.map(|found| (found.info.source.to_string(), found.info.name.to_string()));
        let actual = actual.unzip();
        if actual != expected {
            let command = texts(&process["argv"]).join(" ");
            wrong.push(format!(
                "{case}: {pid} {command:.100}: {actual:?}, not {expected:?}"
            ));
        }
        if let Some(found) = found {
            wrong.extend(wrong_kind(found, process, case));
        }
    }
    wrong
}

fn wrong_kind(found: &FoundTaskRecord, process: &Value, case: &str) -> Option<String> {
    let is_service = process["role"] == "service";
    let is_called_so = found.info.kind == Kind::Service;
    (is_service && !is_called_so).then(|| format!("{case}: {} is a service", found.info.name))
}

#[test]
fn every_recorded_process_is_of_the_right_task() {
    let rules = rules();
    let recordings = "../../__test__/fixtures/attribution";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(recordings);
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in fs::read_dir(folder).unwrap() {
        let recording = read(file.unwrap().path());
        let processes = recording.as_array().unwrap();
        count += processes.len();
        let cases = processes.chunk_by(|one, other| one["case"] == other["case"]);
        for case in cases {
            let processes: Vec<&Value> = case.iter().collect();
            wrong.extend(replay(&text(&case[0]["case"]), &processes, &rules));
        }
    }
    assert!(count > 500, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
