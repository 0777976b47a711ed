//! The child's side: limits first, then one job from standard input and its result to standard output.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};

use rustix::process::{Resource, Rlimit, Signal, setrlimit};

use super::{CPU_SECONDS, Job, MAX_OUTPUT, MEMORY, STACK, SandboxError, jq, rules, schema};

/// Exit code of a job whose result would be longer than is read.
const TOO_LONG: u8 = 65;
/// Exit code of a job that cannot be read or was lost by a fault of this program.
const FAULT: u8 = 70;

/// Does one job. The process is for nothing else.
pub fn serve() -> ExitCode {
    limit();
    // The main thread's stack is whatever the system gives.
    match std::thread::Builder::new().stack_size(STACK).spawn(job).map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) | Err(_) => ExitCode::from(FAULT),
    }
}

/// Best effort: a system without one of these limits still has the parent's patience.
fn limit() {
    for (resource, most, hard) in [
        // At the hard limit of time the signal would be the one of anybody's kill.
        (Resource::Cpu, CPU_SECONDS, CPU_SECONDS + 1),
        (Resource::Data, MEMORY, MEMORY),
        // A dump would hold what a tool said.
        (Resource::Core, 0, 0),
        (Resource::Fsize, 0, 0),
    ] {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(hard) });
    }
}

fn job() -> ExitCode {
    let mut input = Vec::new();
    let Ok(_) = std::io::stdin().lock().read_to_end(&mut input) else { return ExitCode::from(FAULT) };
    let output = match serde_json::from_slice(&input) {
        Ok(Job::Filter { filters, input }) => serde_json::to_vec(&jq::apply(&filters, input)),
        Ok(Job::Check { schema, answer }) => serde_json::to_vec(&schema::check(schema, &answer)),
        Ok(Job::Read { rules }) => serde_json::to_vec(&rules::read(&rules)),
        Ok(Job::Decide { rules, trace }) => serde_json::to_vec(&rules::decide(&rules, &trace)),
        Err(_) => return ExitCode::from(FAULT),
    };
    match output {
        Ok(output) if output.len() > MAX_OUTPUT => ExitCode::from(TOO_LONG),
        Ok(output) if std::io::stdout().lock().write_all(&output).is_ok() => ExitCode::SUCCESS,
        _ => ExitCode::from(FAULT),
    }
}

/// What the end of a child means.
pub(super) fn ended(status: ExitStatus) -> Result<(), SandboxError> {
    match (status.code(), status.signal().and_then(Signal::from_named_raw)) {
        (Some(0), _) => Ok(()),
        (Some(code), _) if code == i32::from(TOO_LONG) => Err(SandboxError::TooLong),
        (_, Some(Signal::XCPU)) => Err(SandboxError::TooSlow),
        (_, Some(Signal::ABORT | Signal::SEGV | Signal::BUS)) => Err(SandboxError::TooBig),
        _ => Err(SandboxError::Unusable(format!("it ended with {status}"))),
    }
}
