//! Nothing is left behind: no process, whatever it does to stay; no descriptor; no memory.

use super::site::{Site, python};
use serde_json::json;
use std::fs;
use std::time::{Duration, Instant};

/// Starts a process that leaves its group and is nobody's child any more, and tells which it is.
const ESCAPE: &str = "
    import os, subprocess, sys
    code = 'import os, time; os.setsid(); print(os.getpid(), flush=True); os.close(1); time.sleep(600)'
    read, write = os.pipe()
    subprocess.run(['sh', '-c', f'setsid {sys.executable} -c \"{code}\" &'], stdout=write)
    os.close(write)
    process = int(os.fdopen(read).readline())";

#[tokio::test]
async fn a_process_that_left_its_group_ends_with_its_instance() {
    let escape = ESCAPE.replace("os.setsid(); ", "");
    for end in ["    return process", "    print(process); os._exit(3)", "    print(process); os.kill(os.getpid(), 9)"]
    {
        let site = Site::python(&format!("{escape}\n{end}")).await;
        let told = site.ask("f", "{}").header("x-amz-log-type", "Tail").send().await;
        let process = match told.header("x-amz-function-error") {
            None => told.json(),
            Some(_) => serde_json::from_str(told.tail().lines().nth(1).unwrap()).unwrap(),
        };
        site.expect_end_of(process.as_i64().unwrap());
        site.stop().await;
    }
}

/// What this process and the system hold of the emulator.
#[derive(Clone, Copy, Debug)]
struct Held {
    processes: usize,
    descriptors: usize,
    kilobytes: u64,
}

impl Held {
    fn now(mark: &str) -> Self {
        let is_ours = |entry: &fs::DirEntry| {
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            environment.windows(mark.len()).any(|window| window == mark.as_bytes())
        };
        let processes = fs::read_dir("/proc").unwrap().flatten().filter(is_ours).count();
        let descriptors = fs::read_dir("/proc/self/fd").unwrap().count();
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Self { processes, descriptors, kilobytes: resident.trim().strip_suffix(" kB").unwrap().parse().unwrap() }
    }

    /// Whether more memory is held than before, after so many calls: half a kilobyte a call is, and in a short run what
    /// the allocator keeps for itself is not.
    fn has_grown(&self, before: &Self, calls: usize) -> bool {
        self.kilobytes > before.kilobytes + ALLOCATOR_KB.max(calls as u64 / 2)
    }
}

/// What resident memory goes up and down by with answers of 7 MB under way.
const ALLOCATOR_KB: u64 = 4096;

#[test]
fn a_leak_of_a_kilobyte_a_call_would_be_seen_in_ten_thousand_calls() {
    let before = Held { processes: 0, descriptors: 0, kilobytes: 80_000 };
    let counted = 10_000 - 10_000 / 5;
    for (kilobytes, grown) in [(80_000, false), (84_000, false), (88_000, true)] {
        assert_eq!(Held { kilobytes, ..before }.has_grown(&before, counted), grown, "{kilobytes}");
    }
}

/// How many calls the soak makes; more can be asked for.
fn rounds() -> usize {
    std::env::var("EMULATOR_SOAK").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200)
}

/// Of eight calls one crashes, one crashes and leaves a process behind, one does that and takes too long, one raises and
/// one answers too much.
const UNRULY: &str = "
    import os, subprocess, time
    if event % 8 == 1: os._exit(1)
    if event % 8 == 2: subprocess.Popen(['sleep', '600']); os.kill(os.getpid(), 11)
    if event % 8 == 3: subprocess.Popen(['sleep', '600'], start_new_session=True); time.sleep(60)
    if event % 8 == 4: raise ValueError('x' * 10000)
    if event % 8 == 5: return 'x' * 7000000
    return event";

/// Callers at work at the same time, each with every fourth call.
const CALLERS: usize = 4;

async fn soak(site: &Site, calls: std::ops::Range<usize>) {
    let each = |caller: usize| {
        let calls = calls.clone();
        async move {
            for call in calls.skip(caller).step_by(CALLERS) {
                let told = site.ask("f", call.to_string()).send().await;
                let failed = told.header("x-amz-function-error").is_some();
                assert_eq!((told.status, failed), (200, (1..=5).contains(&(call % 8))), "{call}: {told:?}");
            }
        }
    };
    tokio::join!(each(0), each(1), each(2), each(3));
}

#[tokio::test]
async fn a_soak_with_crashes_and_timeouts_leaves_nothing_behind() {
    let mark = format!("soak-{:032x}", fastrand::u128(..));
    // Reports would pile up where nobody takes them.
    let site = Site::with(|_, settings| settings.report = None).await;
    site.write("f/lambda_function.py", &python(UNRULY));
    let yaml = format!("timeout: 500ms\nconcurrency: {CALLERS}\nenvironment: {{ MARK: {mark} }}");
    site.write("f/function.yaml", &yaml);
    // Logs and buffers are as full as they get by then.
    let warm_up = rounds() / 5;
    soak(&site, 0..warm_up).await;
    let before = Held::now(&mark);
    soak(&site, warm_up..rounds()).await;
    let calls = rounds() - warm_up;
    let is_clean = |held: &Held| {
        let rest = held.processes <= CALLERS && held.descriptors <= before.descriptors + CALLERS;
        rest && !held.has_grown(&before, calls)
    };
    // What was killed last may still be on its way out, as may the descriptors of its instance. The limit only keeps a
    // failure from hanging.
    let began = Instant::now();
    let mut after = Held::now(&mark);
    while !is_clean(&after) && began.elapsed() < Duration::from_secs(30) {
        tokio::task::yield_now().await;
        after = Held::now(&mark);
    }
    println!("{} calls: before {before:?}, after {after:?}", rounds());
    assert!(is_clean(&after), "{before:?} {after:?}");
    site.stop().await;
    assert_eq!(Held::now(&mark).processes, 0);
}

#[tokio::test]
async fn what_is_written_to_the_log_of_an_instance_does_not_pile_up() {
    let site = Site::python("    for number in range(3000): print(number, 'x' * 200)\n    return 1").await;
    for _ in 0..5 {
        assert_eq!(site.value("{}").await, json!(1));
    }
    let function = site.emulator.host.functions.find("f").unwrap();
    let (kept, _) = function.journal().follow();
    assert!(kept.len() <= 1000 && kept.iter().map(|line| line.len()).sum::<usize>() <= 256 * 1024);
    assert!(kept.iter().any(|line| line.starts_with("2999 ")));
    assert!(kept.last().unwrap().starts_with("REPORT "), "{kept:?}");
    site.stop().await;
}
