//! The crate over a real library. One program, because each is linked anew.
mod answers;
mod header;
mod misuse;
mod processes;
mod schedulers;
mod support;
mod threads;
