//! Commands whose memory is known beforehand, each hard to measure.

mod families;
mod huge;
mod lives;
mod programs;
mod shared;
mod storms;
mod threads;

use std::thread::sleep;
use std::time::Duration;

use crate::memory::Mapping;
use crate::number;

pub fn run(words: &[&str]) -> Result<(), String> {
    match *words {
        ["hold", megabytes, millis] => hold(number(megabytes)?, number(millis)?),
        ["hold-until-eof", megabytes] => programs::hold_until_eof(number(megabytes)?),
        ["burst"] => programs::burst()?,
        ["one"] => programs::one(),
        ["par"] => programs::together(6, "100", "700")?,
        ["churn"] => programs::churn()?,
        ["cache", file] => {
            programs::cache(file).map_err(|error| format!("{file}: {error}"))?;
        }
        ["tree"] => programs::tree(500).map_err(|error| error.to_string())?,
        ["cow"] => families::read_only(),
        ["staircase"] => families::staircase(),
        ["fork-add-rewrite"] => families::add_and_rewrite(),
        ["pool"] => families::pool(),
        ["cow-rewrite"] => families::rewrite(),
        ["deep-chain"] => families::deep_chain(64),
        ["setsid"] => lives::setsid(),
        ["orphans"] => lives::orphans()?,
        ["fork-again"] => lives::fork_again()?,
        ["shared"] => shared::read_only(),
        ["shm"] => shared::shared_and_added(),
        ["memfd"] => shared::memfd_and_shm()?,
        ["thread-exec"] => threads::exec_beside_the_leader()?,
        ["clone-vm"] => threads::clones_of_one_memory()?,
        ["spawns"] => storms::spawns()?,
        ["vfork-storm"] => storms::vforks()?,
        ["short-children"] => storms::short_children(),
        ["thp-on"] => huge::sparse(huge::Pages::Huge),
        ["thp-off"] => huge::sparse(huge::Pages::Small),
        ["huge-stack"] => huge::stack()?,
        ["recurse"] => huge::recurse(),
        _ => return Err(format!("there is no workload {words:?}")),
    }
    Ok(())
}

fn pause(millis: u64) {
    sleep(Duration::from_millis(millis));
}

fn hold(megabytes: usize, millis: u64) {
    let _memory = Mapping::private(megabytes).touch();
    pause(millis);
}
