//! What the command writes, carried to where it is to go.

pub(crate) mod end;
pub(crate) mod mask;
pub(crate) mod outlet;
pub(crate) mod pipes;
pub(crate) mod pump;
pub(crate) mod rest;
pub(crate) mod tap;
