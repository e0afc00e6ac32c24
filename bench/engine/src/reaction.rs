//! A tree that exceeds a limit in several ways, and how soon it gets a signal.

use std::fs::{File, OpenOptions, read_to_string};
use std::hint::spin_loop;
use std::io;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::clock::run_before_all_others;
use crate::memory::{MEGABYTE, Mapping};
use crate::number;
use crate::process::fork;

/// From the start until it grows, so that it is followed by then.
const QUIET: Duration = Duration::from_millis(700);
const PATIENCE: Duration = Duration::from_mins(4);
const LOOK_EVERY: Duration = Duration::from_micros(500);
const BUSY_PROCESSES: usize = 100;
/// What is left to the limit when the busy processes start, each of which has pages of its own.
const BESIDE_BUSY: usize = 40;
/// What each process of a fork bomb touches.
const MEGABYTES_EACH: usize = 2;
/// `SIGTERM` in the masks of `/proc/PID/status`.
const TERM: u64 = 1 << (libc::SIGTERM - 1);

/// What the tree says of itself, in a file that all map.
#[repr(C)]
struct Board {
    root: AtomicU64,
    /// Megabytes that the tree has touched.
    touched: AtomicU64,
    /// When that was the limit, in nanoseconds of the monotonic clock.
    crossed_at: AtomicU64,
}

/// `reaction FILE LIMIT idle|busy|bomb`: the tree. It blocks SIGTERM, as it is to be seen.
pub fn run(words: &[&str]) -> Result<(), String> {
    let [file, limit, kind] = words else {
        return Err("reaction FILE LIMIT_MB idle|busy|bomb".to_owned());
    };
    let (limit, mapping) = (number(limit)?, mapped(file)?);
    let board = board(&mapping);
    block_term();
    board.root.store(u64::from(std::process::id()), SeqCst);
    match *kind {
        "idle" => grow(board, limit, limit / 2),
        "busy" => {
            // It would take long to grow beside them.
            let _most = Mapping::private(limit - BESIDE_BUSY).touch();
            note_touched(board, limit - BESIDE_BUSY, limit);
            for _ in 0..BUSY_PROCESSES {
                fork(|| {
                    loop {
                        spin_loop();
                    }
                });
            }
            grow(board, BESIDE_BUSY, limit / 2);
        }
        "bomb" => {
            sleep(QUIET);
            multiply(board, limit);
        }
        _ => return Err(format!("there is no {kind}")),
    }
    Ok(())
}

/// `reaction-seen FILE`: prints how many milliseconds after the limit the first process of the tree
/// had a signal or was gone, and how many megabytes there were by then.
pub fn seen(words: &[&str]) -> Result<(), String> {
    let [file] = words else {
        return Err("reaction-seen FILE".to_owned());
    };
    run_before_all_others();
    let mapping = mapped(file)?;
    let board = board(&mapping);
    let give_up_at = Instant::now() + PATIENCE;
    let is_over = || Instant::now() > give_up_at;
    while board.crossed_at.load(SeqCst) == 0 {
        if is_over() {
            return Err("the limit was never exceeded".to_owned());
        }
        sleep(LOOK_EVERY);
    }
    let status = format!("/proc/{}/status", board.root.load(SeqCst));
    while read_to_string(&status).is_ok_and(|status| !is_ending(&status)) {
        if is_over() {
            return Err("no signal came".to_owned());
        }
        sleep(LOOK_EVERY);
    }
    let nanoseconds = now().saturating_sub(board.crossed_at.load(SeqCst));
    let touched = board.touched.load(SeqCst);
    println!(
        "{:.1} {touched}",
        Duration::from_nanos(nanoseconds).as_secs_f64() * 1e3
    );
    Ok(())
}

fn is_ending(status: &str) -> bool {
    status.lines().any(|line| match line.split_once(":\t") {
        Some(("State", state)) => state.starts_with(['Z', 'X']),
        Some(("ShdPnd" | "SigPnd", mask)) => {
            u64::from_str_radix(mask, 16).is_ok_and(|mask| mask & TERM != 0)
        }
        _ => false,
    })
}

/// Takes what there is up to the limit, and more, as fast as it can, and waits to be ended.
fn grow(board: &Board, to_limit: usize, beyond: usize) {
    sleep(QUIET);
    let limit = number_of(board.touched.load(SeqCst)) + to_limit;
    let memory = Mapping::private(to_limit + beyond);
    for megabyte in 0..to_limit + beyond {
        memory.rewrite(megabyte..megabyte + 1);
        note_touched(board, 1, limit);
    }
    sleep(PATIENCE);
}

/// Becomes as many processes as there may be, which never stop trying.
fn multiply(board: &Board, limit: usize) {
    loop {
        let _memory = Mapping::private(MEGABYTES_EACH).touch();
        note_touched(board, MEGABYTES_EACH, limit);
        // SAFETY: there is no other thread that could hold a lock.
        while unsafe { libc::fork() } != 0 {}
    }
}

fn number_of(megabytes: u64) -> usize {
    usize::try_from(megabytes).unwrap_or(usize::MAX)
}

fn note_touched(board: &Board, megabytes: usize, limit: usize) {
    let megabytes = megabytes as u64;
    let touched = board.touched.fetch_add(megabytes, SeqCst) + megabytes;
    if touched >= limit as u64 {
        let _ = board.crossed_at.compare_exchange(0, now(), SeqCst, SeqCst);
    }
}

fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()
}

fn block_term() {
    // SAFETY: the set is initialised by the first call, and the calls change this process alone.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGTERM);
        libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
    }
}

fn mapped(path: &str) -> Result<Mapping, String> {
    let failed = |error: io::Error| format!("{path}: {error}");
    let file: File = OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(failed)?;
    file.set_len(MEGABYTE as u64).map_err(failed)?;
    Ok(Mapping::of_file(1, file.as_raw_fd()))
}

fn board(mapping: &Mapping) -> &Board {
    // SAFETY: the mapping is larger than the board, begins with a page, and is only accessed by
    // atomic operations.
    #[expect(clippy::cast_ptr_alignment, reason = "a page is aligned to more")]
    unsafe {
        &*mapping.at(0).cast::<Board>()
    }
}
