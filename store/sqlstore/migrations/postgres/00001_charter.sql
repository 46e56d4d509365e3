-- +goose Up

-- The records of charter on PostgreSQL. Whoever applies these files, with goose or
-- with another tool, applies each in one transaction and in order of name. They
-- are plain SQL and have no way down: that is what a backup is for.
--
-- Each file begins with its row in charter_schema, whose key lets only one
-- transaction have it: of several that apply a file at once, one does.
--
-- Everything is compared as bytes: the collation is "C", folded forms and sort keys
-- are made in Go. Times are microseconds since 1970 in UTC; the zero time of Go is
-- the number that this makes of it. Revisions and other unsigned numbers are the
-- same 64 bits, signed.

CREATE TABLE charter_schema (
  version BIGINT NOT NULL PRIMARY KEY
);
INSERT INTO charter_schema (version) VALUES (1);

CREATE TABLE charter_organizations (
  id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  name          TEXT COLLATE "C" NOT NULL,
  folded_name   TEXT COLLATE "C" NOT NULL,
  company       TEXT COLLATE "C" NOT NULL,
  address       TEXT COLLATE "C" NOT NULL,
  vat_id        TEXT COLLATE "C" NOT NULL,
  billing_email TEXT COLLATE "C" NOT NULL,
  reference     TEXT COLLATE "C" NOT NULL,
  created_at    BIGINT           NOT NULL,
  counts        TEXT COLLATE "C" NOT NULL, -- JSON
  events        BIGINT           NOT NULL,
  revision      BIGINT           NOT NULL
);

CREATE TABLE charter_users (
  id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  email          TEXT COLLATE "C" NOT NULL,
  first_name     TEXT COLLATE "C" NOT NULL,
  last_name      TEXT COLLATE "C" NOT NULL,
  folded_address TEXT COLLATE "C" NOT NULL,
  active         TEXT COLLATE "C" NOT NULL,
  memberships    BIGINT           NOT NULL,
  created_at     BIGINT           NOT NULL,
  revision       BIGINT           NOT NULL
);
CREATE INDEX charter_users_address ON charter_users (folded_address);

CREATE TABLE charter_members (
  org             TEXT COLLATE "C" NOT NULL REFERENCES charter_organizations (id) ON DELETE CASCADE,
  id              TEXT COLLATE "C" NOT NULL,
  role            TEXT COLLATE "C" NOT NULL,
  status          TEXT COLLATE "C" NOT NULL,
  user_id         TEXT COLLATE "C",          -- null while invited
  invited_address TEXT COLLATE "C",          -- folded; null unless invited
  email           TEXT COLLATE "C" NOT NULL,
  first_name      TEXT COLLATE "C" NOT NULL,
  last_name       TEXT COLLATE "C" NOT NULL,
  invited_by      TEXT COLLATE "C" NOT NULL,
  invited_at      BIGINT           NOT NULL,
  joined_at       BIGINT           NOT NULL,
  message         TEXT COLLATE "C" NOT NULL,
  issue           BIGINT           NOT NULL,
  first_key       TEXT COLLATE "C" NOT NULL, -- the keys of the five sorts
  last_key        TEXT COLLATE "C" NOT NULL,
  email_key       TEXT COLLATE "C" NOT NULL,
  invited_key     TEXT COLLATE "C" NOT NULL,
  role_key        TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX charter_members_user ON charter_members (org, user_id);
-- One invitation to an address in an organization, and all those to an address.
CREATE UNIQUE INDEX charter_members_invited ON charter_members (invited_address, org);
-- A user's organizations, the most recently joined first.
CREATE INDEX charter_members_joined ON charter_members (user_id, joined_at DESC, org);

-- The member list: every page, whatever its sort, direction and filters, is made
-- of ordered seeks in these nine, merged until the page is full.
--
-- The first five serve the lists without a role filter. They begin with the
-- status, so that a list of the invited does not walk past a million who joined;
-- a list of all is two seeks. The one by address also finds who has an address,
-- the one by role also serves its own role filter, since of one role all keys are
-- equal, and finds who has a role.
CREATE INDEX charter_members_by_first ON charter_members (org, status, first_key, id);
CREATE INDEX charter_members_by_last ON charter_members (org, status, last_key, id);
CREATE INDEX charter_members_by_email ON charter_members (org, status, email_key, id);
CREATE INDEX charter_members_by_invited ON charter_members (org, status, invited_key, id);
CREATE INDEX charter_members_by_role ON charter_members (org, status, role_key, id);
-- The other four serve the role filter. Without them the Viewers of a million
-- members, sorted by name, cost a walk over all of them. That is what makes a row
-- of this table dear to write: it is written once for the thousands of times that
-- it is read, and a change of role, the most frequent one, touches five of the
-- nine.
CREATE INDEX charter_members_of_role_by_first ON charter_members (org, role, status, first_key, id);
CREATE INDEX charter_members_of_role_by_last ON charter_members (org, role, status, last_key, id);
CREATE INDEX charter_members_of_role_by_email ON charter_members (org, role, status, email_key, id);
CREATE INDEX charter_members_of_role_by_invited ON charter_members (org, role, status, invited_key, id);

CREATE TABLE charter_roles (
  org         TEXT COLLATE "C" NOT NULL REFERENCES charter_organizations (id) ON DELETE CASCADE,
  id          TEXT COLLATE "C" NOT NULL,
  name        TEXT COLLATE "C" NOT NULL,
  folded_name TEXT COLLATE "C" NOT NULL,
  created_at  BIGINT           NOT NULL,
  PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX charter_roles_name ON charter_roles (org, folded_name);

-- A row for each permission: whether a role holds one is a seek.
CREATE TABLE charter_role_permissions (
  org        TEXT COLLATE "C" NOT NULL,
  role       TEXT COLLATE "C" NOT NULL,
  permission TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (org, role, permission),
  FOREIGN KEY (org, role) REFERENCES charter_roles (org, id) ON DELETE CASCADE
);

CREATE TABLE charter_resources (
  org  TEXT COLLATE "C" NOT NULL REFERENCES charter_organizations (id) ON DELETE CASCADE,
  kind TEXT COLLATE "C" NOT NULL,
  id   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (org, kind, id)
);
-- One organization for each resource, and where it is.
CREATE UNIQUE INDEX charter_resources_place ON charter_resources (kind, id);

-- Grants of one resource, by member and, to ask who has one, by resource.
CREATE TABLE charter_grants (
  org      TEXT COLLATE "C" NOT NULL,
  member   TEXT COLLATE "C" NOT NULL,
  kind     TEXT COLLATE "C" NOT NULL,
  resource TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (org, member, kind, resource),
  FOREIGN KEY (org, member) REFERENCES charter_members (org, id) ON DELETE CASCADE,
  FOREIGN KEY (org, kind, resource) REFERENCES charter_resources (org, kind, id) ON DELETE CASCADE
);
CREATE INDEX charter_grants_resource ON charter_grants (org, kind, resource, member);

-- Grants of all of a kind: a table of their own, since they hang on no resource,
-- and since a member's few must be found among the many of one resource.
CREATE TABLE charter_wide_grants (
  org    TEXT COLLATE "C" NOT NULL,
  member TEXT COLLATE "C" NOT NULL,
  kind   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (org, member, kind),
  FOREIGN KEY (org, member) REFERENCES charter_members (org, id) ON DELETE CASCADE
);
CREATE INDEX charter_wide_grants_kind ON charter_wide_grants (org, kind, member);

-- The number is stored less 2^63, so that all of uint64 is in order.
CREATE TABLE charter_events (
  org    TEXT COLLATE "C" NOT NULL REFERENCES charter_organizations (id) ON DELETE CASCADE,
  number BIGINT           NOT NULL,
  at     BIGINT           NOT NULL,
  actor  TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  detail TEXT COLLATE "C" NOT NULL, -- JSON
  PRIMARY KEY (org, number)
);

-- What is left of a deleted organization: its last event.
CREATE TABLE charter_tombstones (
  org    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  number BIGINT           NOT NULL,
  at     BIGINT           NOT NULL,
  actor  TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  detail TEXT COLLATE "C" NOT NULL
);
