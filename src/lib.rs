//! Kaifong
