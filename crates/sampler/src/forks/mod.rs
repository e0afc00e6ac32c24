//! Anonymous memory of processes that descend from one exec by `fork`: they share each page until
//! one of them writes to it.

mod families;
mod family;
mod holding;
mod observation;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

pub(crate) use families::{Families, FamilyId};
pub(crate) use family::{Division, Family};
pub(crate) use observation::{Observation, PageWalk};
