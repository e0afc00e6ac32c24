//! The native half of the benches: programs to be measured, and measurements that Node would
//! disturb. The scripts beside this crate run it and say what its figures mean.

mod allocated;
mod barrier;
mod clock;
mod cost;
mod day;
mod floor;
mod memory;
mod peer;
mod process;
mod random_tree;
mod reaction;
mod scale;
mod store_day;
mod target;
mod tick;
mod trace;
mod tree;
mod truth;
mod workload;

use std::env::args;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocated::Counting = allocated::Counting;

fn main() -> ExitCode {
    let arguments: Vec<String> = args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["--sleep-tree", processes] => number(processes).and_then(tree::sleep_tree),
        ["cost", rest @ ..] => cost::run(rest),
        ["day"] => day::run(),
        ["peer", rest @ ..] => peer::run(rest),
        ["random-tree", rest @ ..] => random_tree::run(rest),
        ["reaction", rest @ ..] => reaction::run(rest),
        ["reaction-seen", rest @ ..] => reaction::seen(rest),
        ["store-day", file] => store_day::run(file),
        ["scale", rest @ ..] => scale::run(rest),
        ["target", rest @ ..] => target::run(rest),
        ["tick", rest @ ..] => tick::run(rest),
        ["trace", rest @ ..] => trace::run(rest),
        ["trace-cost", rest @ ..] => trace::cost(rest),
        ["join", rest @ ..] => truth::join(rest),
        ["truth", rest @ ..] => truth::run(rest),
        ["workload", rest @ ..] => workload::run(rest),
        _ => Err(format!("there is no bench {words:?}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("memtop-bench: {message}");
            ExitCode::FAILURE
        }
    }
}

/// A number among the words of the command line.
fn number<T: std::str::FromStr>(word: &str) -> Result<T, String> {
    word.parse().map_err(|_| format!("not a number: {word}"))
}
