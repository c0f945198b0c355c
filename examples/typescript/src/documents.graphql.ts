// Every document of the program. The generator reads them, types them, and writes
// them into the list of trusted documents.

import { graphql } from './gql/gql.js';

export const ShiftFrame = graphql(`
  fragment ShiftFrame on Shift { id title startsAt place needed filled version viewerCanChange }
`);

export const ShiftPage = graphql(`
  query ShiftPage($first: Int!, $after: String) {
    shifts(first: $first, after: $after, orderBy: [{ field: STARTS_AT }]) {
      nodes { ...ShiftFrame }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const OneShift = graphql(`
  query OneShift($id: ID!) { shift(id: $id) { ...ShiftFrame } }
`);

export const Rostered = graphql(`
  query Rostered {
    shifts(first: 1, where: { assignments: { some: {} } }) {
      nodes { assignments(first: 1) { nodes { volunteer { id nameZh phone } } } }
    }
  }
`);

export const Reword = graphql(`
  mutation Reword($input: ShiftChangeInput!) {
    shiftChange(input: $input) {
      shift { ...ShiftFrame }
      userErrors { code message messageZh field }
    }
  }
`);

export const ShiftNews = graphql(`
  subscription ShiftNews($id: ID) { shiftChanged(id: $id) { ...ShiftFrame } }
`);
