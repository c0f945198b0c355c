// The documents that the page sends.

const FAULT = 'fragment Fault on PolicyFaultResult { file line policy english chinese }';
const STEP = `fragment Step on PolicyStepResult {
  name english chinese state milliseconds faults { ...Fault } notes { ...Fault } } ${FAULT}`;
const REPORT = `fragment Report on PolicyReportResult {
  ready version policies scenarios questions unexercised milliseconds steps { ...Step } } ${STEP}`;
const SET = `fragment Set on PolicySetResult { number version files { name kind text }
  policies { id file line effect english chinese text } }`;
const DONE = `number inForce versionBefore versionAfter report { ...Report }
  userErrors { code message messageZh }`;

/** The set in force; nothing for whoever does not keep the policies. */
export const WORKSHOP = `query Workshop {
  viewer { user { id } }
  policyWorkshop { approvalNeeded inForce { ...Set } } } ${SET}`;

/** A published set. */
export const PUBLISHED = `query Published($number: Int!) {
  policyWorkshop { set(number: $number) { ...Set } } } ${SET}`;

/** Who sees and does what, in force or after changes. */
export const MATRIX = `query Matrix($changes: PolicyChangesInput) {
  policyWorkshop { matrix(changes: $changes) { version viewers lines { type sort name cells } } } }`;

/** What was published, by whom and why. */
export const HISTORY = `query History($before: Int) {
  policyWorkshop { approvalNeeded history(first: 50, before: $before) {
    number set deed by at reason versionBefore versionAfter inForce waiting restores } } }`;

/** The way through the gate, step by step. */
export const GATE = `subscription Gate($changes: PolicyChangesInput!) {
  policyGate(changes: $changes) { step { ...Step } report { ...Report } } } ${REPORT}`;

/** What changes would change, for whom. */
export const DIFFERENCE = `query Difference($changes: PolicyChangesInput!) {
  policyWorkshop { difference(changes: $changes) {
    versionBefore versionAfter english chinese proved milliseconds
    promises { sort turn file english chinese }
    changes { gains roleEnglish roleChinese organisation type subject before after
      english chinese examples { viewer record field } }
    verdicts { principal action type verdict } } } }`;

/** Why somebody sees or does something, or not. */
export const WHY = `query Why($viewer: ID!, $record: ID!, $field: String!, $changes: PolicyChangesInput) {
  policyWorkshop { explain(viewer: $viewer, record: $record, field: $field, changes: $changes) {
    action answer givenTo
    steps { action allowed failed by { ...Told } }
    nearest { forbids policy { ...Told } clauses { text truth english chinese } } } } }
  fragment Told on ToldPolicy { id english chinese file line }`;

/** People, shares and records to choose from, as far as the officer sees them. */
export const CHOICE = `query Choice {
  users(first: 50) { nodes { id nameZh nameEn } }
  partnerships(first: 50) { nodes { id state } }
  volunteers(first: 50) { nodes { id nameZh nameEn } } }`;

export const PUBLISH = `mutation Publish($input: PublishPoliciesInput!) {
  publishPolicies(input: $input) { ${DONE} } } ${REPORT}`;

export const APPROVE = `mutation Approve($input: ApprovePoliciesInput!) {
  approvePolicies(input: $input) { ${DONE} } } ${REPORT}`;

export const ROLL_BACK = `mutation RollBack($input: RollBackPoliciesInput!) {
  rollBackPolicies(input: $input) { ${DONE} } } ${REPORT}`;
