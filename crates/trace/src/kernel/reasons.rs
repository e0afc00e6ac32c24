//! Why the kernel sends no events, or not all of them, in words.

use std::io::{Error, ErrorKind};

pub(super) const NOTHING_SENT: &str = "the kernel sends no process events here, as in a container";

/// No netlink socket could be opened. A filter of system calls may refuse them, or the kernel may
/// not know the protocol.
pub(super) fn no_socket(error: &Error) -> String {
    format!("process events need a netlink socket, which cannot be opened: {error}")
}

/// The socket could not join the group that events are sent to.
pub(super) fn not_joined(error: &Error) -> String {
    if error.kind() == ErrorKind::PermissionDenied {
        "before Linux 6.6 the kernel sends process events with CAP_NET_ADMIN only".to_owned()
    } else {
        refused(error)
    }
}

/// The request to listen was not accepted. Only in the first network namespace does something
/// receive it.
pub(super) fn not_accepted(error: &Error) -> String {
    if error.kind() == ErrorKind::ConnectionRefused {
        NOTHING_SENT.to_owned()
    } else {
        refused(error)
    }
}

pub(super) fn refused(error: &Error) -> String {
    format!("the kernel's process events cannot be received: {error}")
}

/// As [`no_socket`], for exit accounting.
pub(super) fn no_socket_for_peaks(error: &Error) -> String {
    format!("the peaks of ended processes need a second netlink socket: {error}")
}

pub(super) fn no_peaks(error: &Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            "the peaks of ended processes are sent with CAP_NET_ADMIN only".to_owned()
        }
        // There is no such family.
        ErrorKind::NotFound => {
            "the kernel is built without the accounting of ended processes (taskstats)".to_owned()
        }
        _ => format!("the kernel does not send the peaks of ended processes: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::{NOTHING_SENT, no_peaks, not_accepted, not_joined};

    #[test]
    fn what_is_refused_to_a_user_is_named_by_what_it_takes() {
        let refused = Error::from_raw_os_error(libc::EPERM);
        assert!(not_joined(&refused).contains("before Linux 6.6"));
        assert!(no_peaks(&refused).contains("CAP_NET_ADMIN"));
    }

    #[test]
    fn what_is_absent_is_named_without_the_number_of_an_error() {
        let absent = Error::from_raw_os_error(libc::ECONNREFUSED);
        assert_eq!(not_accepted(&absent), NOTHING_SENT);
        let absent = Error::from_raw_os_error(libc::ENOENT);
        assert!(no_peaks(&absent).contains("taskstats"));
    }
}
