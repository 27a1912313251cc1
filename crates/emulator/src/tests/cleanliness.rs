//! Nothing is left behind: no process, whatever it does to stay; no descriptor; no memory.

use super::site::Site;
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
#[derive(Debug)]
struct Held {
    processes: usize,
    descriptors: usize,
    megabytes: u64,
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
        let kilobytes: u64 = resident.trim().strip_suffix(" kB").unwrap().parse().unwrap();
        Self { processes, descriptors, megabytes: kilobytes / 1024 }
    }
}

/// How many calls the soak makes; more can be asked for.
fn rounds() -> usize {
    std::env::var("EMULATOR_SOAK").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200)
}

#[tokio::test]
async fn a_soak_with_crashes_and_timeouts_leaves_nothing_behind() {
    let mark = format!("soak-{:032x}", fastrand::u128(..));
    let body = "
    import os, subprocess, time
    if event % 8 == 1: os._exit(1)
    if event % 8 == 2: subprocess.Popen(['sleep', '600']); os.kill(os.getpid(), 11)
    if event % 8 == 3: subprocess.Popen(['sleep', '600'], start_new_session=True); time.sleep(60)
    if event % 8 == 4: raise ValueError('x' * 10000)
    if event % 8 == 5: return 'x' * 7000000
    return event";
    let mut site = Site::python(body).await;
    let yaml = format!("timeout: 300ms\nconcurrency: 4\nenvironment: {{ MARK: {mark} }}");
    site.write("f/function.yaml", &yaml);
    let mut before = None;
    for round in 0..rounds() {
        let told = site.ask("f", round.to_string()).send().await;
        let failed = told.header("x-amz-function-error").is_some();
        assert_eq!((told.status, failed), (200, (1..=5).contains(&(round % 8))), "{round}: {told:?}");
        drop(site.reports.recv().await);
        if round == 40 {
            before = Some(Held::now(&mark));
        }
    }
    let (before, site) = (before.unwrap(), site);
    // What was killed last may still be on its way out, as may the descriptors of its instance. The limit only keeps a
    // failure from hanging.
    let began = Instant::now();
    let after = loop {
        let after = Held::now(&mark);
        if (after.processes <= 1 && after.descriptors <= before.descriptors + 4)
            || began.elapsed() > Duration::from_secs(30)
        {
            break after;
        }
        tokio::task::yield_now().await;
    };
    assert!(after.processes <= 1, "{after:?}");
    assert!(after.descriptors <= before.descriptors + 4, "{before:?} {after:?}");
    // Other tests run beside this one; a kilobyte a call would still be seen in a long soak.
    assert!(after.megabytes <= before.megabytes + 100, "{before:?} {after:?}");
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
