// Every address of the interface, on the demo set. Screenshots and the accessibility check walk this list.
export interface Route {
  /** Name of the picture. */
  name: string;
  path: string;
  /** Further steps before the picture, on pages that open something. */
  open?: (page: import("@playwright/test").Page) => Promise<void>;
}

export const KINDS = [
  "queries", "evaluations", "agents", "teams", "models", "tools", "mcpservers", "a2aservers", "memories", "evaluators",
  "a2atasks", "executionengines", "arkconfigs",
];

/** Lists and create pages of all kinds; pages of single objects are added by the specs that know the demo set. */
export const ROUTES: Route[] = [
  { name: "home", path: "/ns/default" },
  { name: "home-all-namespaces", path: "/ns/-" },
  { name: "approvals", path: "/approvals" },
  ...KINDS.map((kind) => ({ name: `list-${kind}`, path: `/ns/default/${kind}` })),
  { name: "conversations", path: "/ns/default/conversations" },
  { name: "new-conversation", path: "/ns/default/conversations/new" },
  { name: "data-sets", path: "/ns/default/datasets" },
  { name: "new-data-set", path: "/ns/default/datasets/new" },
  { name: "annotate", path: "/ns/default/annotate" },
  ...KINDS.map((kind) => ({ name: `new-${kind}`, path: `/ns/default/${kind}/new` })),
];
