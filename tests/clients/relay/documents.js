// What Relay's compiler reads: it checks each document against the contract and writes what the
// runtime runs into `compiled`. Nothing imports this file.

import { graphql } from 'relay-runtime';

graphql`
  query documentsVolunteersQuery($count: Int!) { ...documentsVolunteers_query @arguments(count: $count) }
`;

graphql`
  fragment documentsVolunteers_query on Query
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "documentsMoreVolunteersQuery") {
    volunteers(first: $count, after: $cursor) @connection(key: "documents_volunteers") {
      edges { node { id ...documentsVolunteer_volunteer } }
    }
  }
`;

graphql`
  fragment documentsVolunteer_volunteer on Volunteer @refetchable(queryName: "documentsVolunteerAgainQuery") {
    id
    nameEn
    version
  }
`;

graphql`
  query documentsShiftQuery($id: ID!, $count: Int!) {
    shift(id: $id) { ...documentsRoster_shift @arguments(count: $count) }
  }
`;

graphql`
  fragment documentsRoster_shift on Shift
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "documentsMoreRosterQuery") {
    id
    assignments(first: $count, after: $cursor) @connection(key: "documents_assignments") {
      edges { node { id status } }
    }
  }
`;

graphql`
  query documentsVolunteerQuery($id: ID!) { volunteer(id: $id) { ...documentsVolunteer_volunteer } }
`;

graphql`
  mutation documentsChangeMutation($input: VolunteerChangeInput!) {
    volunteerChange(input: $input) {
      volunteer { ...documentsVolunteer_volunteer }
      userErrors { code }
    }
  }
`;
