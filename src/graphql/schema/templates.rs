//! What a deed may leave to a template.

use super::mutations::Mutate;
use crate::catalogue::Field;

impl Mutate {
    /// Whether its input names a template.
    pub(super) fn takes_a_template(self) -> bool {
        (self.of.name, self.deed.name) == ("Shift", "create")
    }

    /// Whether a template can say what this field is to be, although it must be something.
    pub(super) fn left_to_a_template(self, field: &Field) -> bool {
        self.takes_a_template() && field.name == "endsAt"
    }
}
