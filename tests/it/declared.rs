//! What the graph offers and what policies can decide are the same, both ways.
//!
//! The graph is read from the schema in its own language, the policies' side from the Cedar schema;
//! neither knows the other, so a field that forgets its action is found, and an action without a
//! field too. What needs no action stands in the lists below. They only shrink: an entry that fits
//! nothing any more fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputObjectType, ObjectType, Type, TypeKind, TypeSystemDefinition,
};
use kaifong::catalogue::{TYPES, Write};
use kaifong::policy::Policies;

/// Types that hold no data of their own, with all that they have.
const FRAMES: [(&str, &[&str]); 4] = [
    // a token is shown to whoever issues it, and to nobody else
    (
        "PartnerTokenIssuePayload",
        &[
            "partnerToken",
            "userErrors",
            "token",
            "refreshToken",
            "tokenExpiresAt",
        ],
    ),
    (
        "PageInfo",
        &["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"],
    ),
    ("UserError", &["code", "message", "messageZh", "field"]),
    ("Viewer", &["id", "kind", "user", "policyVersion"]),
];

/// Endings of such types, with all that they have; a payload also has the record.
const FRAME_ENDINGS: [(&str, &[&str]); 3] = [
    (
        "Connection",
        &[
            "edges",
            "nodes",
            "pageInfo",
            "totalCount",
            "totalCountIsExact",
        ],
    ),
    ("Edge", &["cursor", "node"]),
    ("Payload", &["userErrors"]),
];

/// Types of the workshop of those who keep the policies, and of the privacy office of an organisation:
/// none leads to a record, and all of them are there only for whom the policies let in (what of one's
/// own answers is explained to others is tested with the workshop, the office with erasures, the drill of
/// a breach with the log).
pub const WORKSHOP: [&str; 38] = [
    "PrivacyOfficeResult",
    "BreachDrillResult",
    "DrillSawResult",
    "DrillCouldResult",
    "DrillGroupResult",
    "DrillNoteResult",
    "ErasurePreviewResult",
    "ErasureLineResult",
    "ErasureResult",
    "ErasureCount",
    "HoldResult",
    "ResidencyResult",
    "RetentionResult",
    "RetentionStepResult",
    "RetentionDueResult",
    "RetentionRunResult",
    "PolicyWorkshopResult",
    "PolicySetResult",
    "PolicyFileResult",
    "PolicyRule",
    "PolicyActResult",
    "PolicyKeeperActResult",
    "PolicyReportResult",
    "PolicyStepResult",
    "PolicyFaultResult",
    "PolicyGateEventResult",
    "PolicyMatrixResult",
    "PolicyMatrixLineResult",
    "PolicyDifferenceResult",
    "PolicyChangeResult",
    "PolicyPromiseResult",
    "PolicyExampleResult",
    "PolicyVerdictResult",
    "ExplanationResult",
    "ExplanationStepResult",
    "ToldPolicy",
    "NearestYesResult",
    "ExplainedClauseResult",
];

/// Counts of people: none leads to a record, and what is in them is tested with the figures.
pub const FIGURES: [&str; 4] = [
    "VolunteerStats",
    "StudentStats",
    "GroupCount",
    "MarginCount",
];

/// Roots that lead to counts.
const FIGURES_ROOTS: [&str; 2] = ["volunteerStats", "studentStats"];

/// Types of the log of disclosures and of the trail of changes, each of which one deed opens
/// (`tests/it/audit`); the users, organisations and shares to which they lead decide for themselves.
pub const LOG: [&str; 5] = [
    "Disclosure",
    "DisclosuresResult",
    "Change",
    "ChangedFieldResult",
    "ChangesResult",
];

/// What becomes of the workshop's deeds, which are on all organisations alike.
const WORKSHOP_PAYLOAD: &str = "PublishPoliciesPayload";

/// Roots that lead to the workshop's types.
const WORKSHOP_ROOTS: [&str; 3] = ["policyWorkshop", "explain", "privacyOffice"];

/// Fields of every record that are there whenever the row is, and tell no more than that.
const OF_EVERY_RECORD: [&str; 2] = ["id", "version"];

/// Root fields that lead to records, whose types decide.
const ROOTS: [&str; 3] = ["viewer", "node", "nodes"];

/// Inputs of deeds that set no field of the deed's own type.
const INPUTS: [(&str, &[&str]); 31] = [
    ("UserEraseInput", &["ground"]),
    ("VolunteerEraseInput", &["ground"]),
    ("StudentEraseInput", &["ground"]),
    ("GuardianEraseInput", &["ground"]),
    (
        "OrganisationPlaceHoldInput",
        &["recordId", "reason", "until"],
    ),
    ("OrganisationReleaseHoldInput", &["holdId", "reason"]),
    (
        "OrganisationSetRetentionInput",
        &["subject", "months", "reason"],
    ),
    ("OrganisationSetResidencyInput", &["places"]),
    ("PartnerTokenIssueInput", &["shares"]),
    ("VolunteerGiveConsentInput", &["textId", "receiverId"]),
    ("VolunteerWithdrawConsentInput", &["purpose", "receiverId"]),
    ("StudentGiveConsentInput", &["textId", "receiverId"]),
    ("StudentWithdrawConsentInput", &["purpose", "receiverId"]),
    ("ShiftAssignInput", &["volunteerId", "role"]),
    ("PartnershipCreateInput", &["projectIds", "scopes"]),
    ("PartnershipChangeInput", &["scopes"]),
    ("PartnershipProposeChangeInput", &["scopes"]),
    ("NoticeReceiptConfirmInput", &["sign"]),
    ("DataRequestAnswerPartlyInput", &["withheld", "reasons"]),
    (
        "DataRequestRefuseInput",
        &["ground", "reasons", "particulars"],
    ),
    ("SpaceInviteInput", &["organisationIds"]),
    ("SpaceRemoveInput", &["organisationId"]),
    ("SpaceJoinInput", &["organisationId"]),
    ("SpaceDeclineInput", &["organisationId"]),
    ("SpaceLeaveInput", &["organisationId"]),
    ("SpaceBringInput", &["projectIds"]),
    ("SpaceTakeOutInput", &["projectIds"]),
    ("SpaceBringTemplatesInput", &["templateIds"]),
    ("SpaceTakeOutTemplatesInput", &["templateIds"]),
    // what is taken from a template is set as the fields of the shift, under their actions
    ("ShiftCreateInput", &["templateId"]),
    // each offer is decided as `Partnership.create`, with the terms that it sets
    (
        "SpaceShareInput",
        &[
            "organisationId",
            "partnerIds",
            "level",
            "fieldGroups",
            "desensitised",
            "purpose",
            "validFrom",
            "validTo",
            "projectIds",
            "scopes",
        ],
    ),
];

/// Actions that the graph does not offer: only an internal job does these, in bulk, or a person at
/// the command line; and rights that make other fields seen together.
const WITHOUT_FIELD: [&str; 28] = [
    "Organisation.transfer",
    "Volunteer.score",
    "Organisation.privacyOffice",
    "User.drillBreach",
    "Volunteer.drillBreach",
    "Student.drillBreach",
    "Guardian.drillBreach",
    "Organisation.expire",
    "Volunteer.seeSmallGroups",
    "Student.seeSmallGroups",
    "Volunteer.nameWithIdentityNumber",
    "Student.nameWithIdentityNumber",
    "Organisation.import",
    "Department.import",
    "User.import",
    "Membership.import",
    "Partnership.import",
    "Partnership.recordTime",
    "DataRequest.remind",
    "DataRequest.export",
    "DataRequest.preview",
    "PartnershipScope.import",
    "Project.import",
    "Volunteer.import",
    "Shift.import",
    "Assignment.import",
    "Tag.import",
    "Holiday.import",
];

/// The schema, by name.
struct Sdl {
    objects: BTreeMap<String, ObjectType>,
    inputs: BTreeMap<String, InputObjectType>,
}

fn sdl() -> Sdl {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql");
    let document = parse_schema(std::fs::read_to_string(file).unwrap()).unwrap();
    let (mut objects, mut inputs) = (BTreeMap::new(), BTreeMap::new());
    for definition in document.definitions {
        let TypeSystemDefinition::Type(ty) = definition else {
            continue;
        };
        let name = ty.node.name.node.to_string();
        match ty.node.kind {
            TypeKind::Object(object) => drop(objects.insert(name, object)),
            TypeKind::InputObject(input) => drop(inputs.insert(name, input)),
            TypeKind::Interface(interface) => {
                let fields: Vec<&str> = names(&interface.fields).collect();
                assert_eq!((name.as_str(), fields.as_slice()), ("Node", &["id"][..]));
            }
            TypeKind::Union(_) => panic!("`{name}`: a union can carry fields past this test"),
            TypeKind::Scalar | TypeKind::Enum(_) => {}
        }
    }
    Sdl { objects, inputs }
}

fn names(fields: &[async_graphql::Positioned<FieldDefinition>]) -> impl Iterator<Item = &str> {
    fields.iter().map(|field| field.node.name.node.as_str())
}

/// The innermost name of a type.
fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

fn lower_first(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

impl Sdl {
    /// The types whose fields policies decide: all that are no frame.
    fn policed(&self) -> impl Iterator<Item = (&str, &ObjectType)> {
        let frame = |name: &str| {
            ["Query", "Mutation", "Subscription"].contains(&name)
                || WORKSHOP.contains(&name)
                || FIGURES.contains(&name)
                || LOG.contains(&name)
                || FRAMES.iter().any(|(frame, _)| *frame == name)
                || FRAME_ENDINGS
                    .iter()
                    .any(|(ending, _)| name.ends_with(ending))
        };
        let all = self.objects.iter();
        all.filter(move |(name, _)| !frame(name))
            .map(|(name, object)| (name.as_str(), object))
    }

    /// The type and the verb of a mutation.
    fn deed(&self, mutation: &str) -> (&str, String) {
        let subject = self
            .policed()
            .map(|(name, _)| name)
            .filter(|name| mutation.starts_with(&lower_first(name)))
            .max_by_key(|name| name.len());
        let subject = subject.unwrap_or_else(|| panic!("`{mutation}` begins with no type"));
        (subject, lower_first(&mutation[subject.len()..]))
    }

    /// The field of a type that an input of this name sets; a relation is set by an id.
    fn set_by(&self, of: &str, input: &str) -> Option<String> {
        let relation = input.strip_suffix("Id").unwrap_or(input);
        let mut fields = names(&self.objects[of].fields);
        let found = fields.find(|field| [input, relation].contains(field))?;
        Some(found.to_owned())
    }

    /// The actions that it takes to offer this: fields, lists, deeds and what deeds set.
    fn actions(&self) -> BTreeSet<String> {
        let mut actions = BTreeSet::new();
        for (of, object) in self.policed() {
            for field in names(&object.fields).filter(|f| !OF_EVERY_RECORD.contains(f)) {
                let action = match field.strip_prefix("viewerCan") {
                    Some(deed) => lower_first(deed),
                    None => field.to_owned(),
                };
                actions.insert(format!("{of}.{action}"));
            }
        }
        for field in &self.objects["Query"].fields {
            let target = named(&field.node.ty.node);
            if LOG.contains(&target) {
                continue;
            }
            if let Some(of) = target.strip_suffix("Connection") {
                actions.insert(format!("{of}.list"));
            }
        }
        for field in &self.objects["Mutation"].fields {
            let mutation = field.node.name.node.as_str();
            if named(&field.node.ty.node) == WORKSHOP_PAYLOAD {
                actions.insert(format!("Organisation.{mutation}"));
                continue;
            }
            let (of, verb) = self.deed(mutation);
            actions.insert(format!("{of}.{verb}"));
            for input in self.inputs_of(of, &verb) {
                let exempt = INPUTS.iter().any(|(ty, fields)| {
                    *ty == input_name(of, &verb) && fields.contains(&input.as_str())
                });
                if exempt || (verb != "create" && OF_EVERY_RECORD.contains(&input.as_str())) {
                    continue;
                }
                let field = self.set_by(of, &input);
                let field = field.unwrap_or_else(|| panic!("{mutation} takes `{input}`: of what?"));
                actions.insert(format!("{of}.{field}:edit"));
            }
        }
        actions
    }

    fn inputs_of(&self, of: &str, verb: &str) -> Vec<String> {
        let input = &self.inputs[&input_name(of, verb)];
        let fields = input.fields.iter();
        fields
            .map(|field| field.node.name.node.to_string())
            .collect()
    }
}

fn input_name(of: &str, verb: &str) -> String {
    let (first, rest) = verb.split_at(1);
    format!("{of}{}{rest}Input", first.to_ascii_uppercase())
}

/// The fields that have a mask are told by what their values mean, which the schema does not say.
fn masks() -> impl Iterator<Item = String> {
    TYPES.iter().flat_map(|of| {
        let maskable = of
            .fields
            .iter()
            .filter(|f| f.kind().is_some_and(|k| k.maskable()));
        maskable.map(|field| format!("{}.{}:masked", of.name, field.name))
    })
}

#[test]
fn every_field_and_deed_has_its_action_and_every_action_its_field_or_deed() {
    let mut wanted = sdl().actions();
    wanted.extend(masks());
    let declared: BTreeSet<String> = Policies::shipped().unwrap().actions().into_iter().collect();
    for action in WITHOUT_FIELD {
        assert!(
            declared.contains(action),
            "`{action}` is gone: strike it off the list"
        );
        assert!(
            wanted.insert(action.to_owned()),
            "`{action}` is offered: strike it off"
        );
    }
    let without_action: Vec<_> = wanted.difference(&declared).collect();
    let without_field: Vec<_> = declared.difference(&wanted).collect();
    assert!(
        without_action.is_empty() && without_field.is_empty(),
        "policies/schema.cedarschema lacks {without_action:?} and has, without a field or deed, \
         {without_field:?}"
    );
    assert!(declared.len() > 300, "only {} actions", declared.len());
}

#[test]
fn types_without_policies_hold_nothing_but_their_frame() {
    let sdl = sdl();
    let mut fitted = BTreeSet::new();
    for (name, object) in &sdl.objects {
        if name == WORKSHOP_PAYLOAD || LOG.contains(&name.as_str()) {
            continue;
        }
        let whole = FRAMES.iter().find(|(frame, _)| frame == name);
        let ending = FRAME_ENDINGS
            .iter()
            .find(|(ending, _)| name.ends_with(ending));
        let Some((frame, allowed)) = whole.or(ending) else {
            continue;
        };
        fitted.insert(*frame);
        let mut fields: Vec<&str> = names(&object.fields).collect();
        if *frame == "Payload" {
            let records: Vec<&str> = sdl.policed().map(|(name, _)| name).collect();
            let leads = |field: &&FieldDefinition| records.contains(&named(&field.ty.node));
            let mut all = object.fields.iter().map(|field| &field.node);
            let record = all.find(leads).unwrap().name.node.as_str();
            fields.retain(|field| *field != record);
        }
        assert_eq!(fields, *allowed, "`{name}` holds something else");
    }
    let listed: BTreeSet<&str> = FRAMES
        .iter()
        .chain(&FRAME_ENDINGS)
        .map(|(f, _)| *f)
        .collect();
    assert_eq!(
        fitted, listed,
        "a frame that fits no type is to be struck off"
    );
}

#[test]
fn roots_lead_to_records_and_nowhere_else() {
    let sdl = sdl();
    let records: BTreeSet<&str> = sdl.policed().map(|(name, _)| name).collect();
    let mut other = Vec::new();
    for field in &sdl.objects["Query"].fields {
        let target = named(&field.node.ty.node);
        let target = target.strip_suffix("Connection").unwrap_or(target);
        if LOG.contains(&target) {
            let name = field.node.name.node.as_str();
            assert!(
                ["disclosures", "changes"].contains(&name),
                "`{name}` leads to the log"
            );
        } else if WORKSHOP.contains(&target) {
            let name = field.node.name.node.as_str();
            assert!(
                WORKSHOP_ROOTS.contains(&name),
                "`{name}` leads to the workshop"
            );
        } else if FIGURES.contains(&target) {
            let name = field.node.name.node.as_str();
            assert!(FIGURES_ROOTS.contains(&name), "`{name}` leads to figures");
        } else if !records.contains(target) {
            other.push(field.node.name.node.as_str());
        }
    }
    assert_eq!(other, ROOTS);
    for field in &sdl.objects["Subscription"].fields {
        let target = named(&field.node.ty.node);
        assert!(records.contains(target) || target == "PolicyGateEventResult");
    }
    for of in WORKSHOP.into_iter().chain([WORKSHOP_PAYLOAD]) {
        for field in &sdl.objects[of].fields {
            let target = named(&field.node.ty.node);
            let object = sdl.objects.contains_key(target);
            let within = WORKSHOP.contains(&target) || target == "UserError";
            assert!(within || !object, "`{of}` leads to `{target}`");
        }
    }
    for of in FIGURES {
        for field in &sdl.objects[of].fields {
            let target = named(&field.node.ty.node);
            let object = sdl.objects.contains_key(target);
            assert!(
                FIGURES.contains(&target) || !object,
                "`{of}` leads to `{target}`"
            );
        }
    }
    for of in &records {
        let fields: Vec<&str> = names(&sdl.objects[*of].fields).collect();
        for field in OF_EVERY_RECORD {
            assert!(fields.contains(&field), "`{of}` has no `{field}`");
        }
    }
    for (input, exempt) in INPUTS {
        let fields = sdl.inputs[input].fields.iter();
        let fields: Vec<&str> = fields.map(|field| field.node.name.node.as_str()).collect();
        for field in exempt {
            assert!(
                fields.contains(field),
                "`{input}.{field}` is gone: strike it off the list"
            );
        }
    }
}

#[test]
fn what_a_mutation_can_set_has_an_edit_action_and_nothing_else_has() {
    let declared = Policies::shipped().unwrap().actions();
    let edits = declared
        .iter()
        .filter_map(|action| action.strip_suffix(":edit"));
    let edits: BTreeSet<String> = edits.map(str::to_owned).collect();
    let written = TYPES.iter().flat_map(|of| {
        let fields = of.fields.iter().filter(|field| field.write != Write::Never);
        fields.map(|field| field.action(of))
    });
    assert_eq!(edits, written.collect());
}
