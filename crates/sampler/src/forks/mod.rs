//! Anonymous memory of processes that descend from one exec by `fork`: they share each page until
//! one of them writes to it.

mod families;
mod family;
mod holding;
#[cfg(test)]
mod model;

pub(crate) use families::{Families, FamilyId};
pub(crate) use family::{Division, Family};
pub(crate) use holding::{Observation, Share};
