-- +goose Up

-- The records of charter on SQLite. Whoever applies these files, with goose or
-- with another tool, applies each in one transaction and in order of name. They
-- are plain SQL and have no way down: that is what a backup is for.
--
-- Everything is compared as bytes: the collation is SQLite's BINARY, folded forms
-- and sort keys are made in Go. Times are microseconds since 1970 in UTC; the zero
-- time of Go is the number that this makes of it. Revisions and other unsigned
-- numbers are the same 64 bits, signed.
--
-- Tables are WITHOUT ROWID, so that the key finds the row itself, but for wide rows
-- of which many indexes point at one.
--
-- The store deletes by foreign keys where they are enforced, and by hand where the
-- host's connection does not enforce them.

CREATE TABLE charter_schema (
  version INTEGER NOT NULL
);
INSERT INTO charter_schema (version) VALUES (1);

CREATE TABLE charter_organizations (
  id            TEXT    NOT NULL PRIMARY KEY,
  revision      INTEGER NOT NULL, -- first, since a check reads nothing else of it
  name          TEXT    NOT NULL,
  folded_name   TEXT    NOT NULL,
  company       TEXT    NOT NULL,
  address       TEXT    NOT NULL,
  vat_id        TEXT    NOT NULL,
  billing_email TEXT    NOT NULL,
  reference     TEXT    NOT NULL,
  created_at    INTEGER NOT NULL,
  counts        TEXT    NOT NULL, -- JSON
  events        INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE charter_users (
  id             TEXT    NOT NULL PRIMARY KEY,
  email          TEXT    NOT NULL,
  first_name     TEXT    NOT NULL,
  last_name      TEXT    NOT NULL,
  folded_address TEXT    NOT NULL,
  active         TEXT    NOT NULL,
  memberships    INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  revision       INTEGER NOT NULL
);
CREATE INDEX charter_users_address ON charter_users (folded_address);

CREATE TABLE charter_members (
  org             TEXT    NOT NULL REFERENCES charter_organizations (id) ON DELETE CASCADE,
  id              TEXT    NOT NULL,
  role            TEXT    NOT NULL,
  status          TEXT    NOT NULL,
  user_id         TEXT,             -- null while invited
  invited_address TEXT,             -- folded; null unless invited
  email           TEXT    NOT NULL,
  first_name      TEXT    NOT NULL,
  last_name       TEXT    NOT NULL,
  invited_by      TEXT    NOT NULL,
  invited_at      INTEGER NOT NULL,
  joined_at       INTEGER NOT NULL,
  message         TEXT    NOT NULL,
  issue           INTEGER NOT NULL,
  first_key       TEXT    NOT NULL, -- the keys of the five sorts
  last_key        TEXT    NOT NULL,
  email_key       TEXT    NOT NULL,
  invited_key     TEXT    NOT NULL,
  role_key        TEXT    NOT NULL,
  PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX charter_members_user ON charter_members (org, user_id);
-- One invitation to an address in an organization, and all those to an address.
CREATE UNIQUE INDEX charter_members_invited ON charter_members (invited_address, org);
-- All that a check asks about a row, so that it does not look for the row itself.
CREATE INDEX charter_members_facts ON charter_members (org, user_id, id, status, role);
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
  org         TEXT    NOT NULL REFERENCES charter_organizations (id) ON DELETE CASCADE,
  id          TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  folded_name TEXT    NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (org, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX charter_roles_name ON charter_roles (org, folded_name);

-- A row for each permission: whether a role holds one is a seek.
CREATE TABLE charter_role_permissions (
  org        TEXT NOT NULL,
  role       TEXT NOT NULL,
  permission TEXT NOT NULL,
  PRIMARY KEY (org, role, permission),
  FOREIGN KEY (org, role) REFERENCES charter_roles (org, id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE charter_resources (
  org  TEXT NOT NULL REFERENCES charter_organizations (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  id   TEXT NOT NULL,
  PRIMARY KEY (org, kind, id)
) WITHOUT ROWID;
-- One organization for each resource, and where it is.
CREATE UNIQUE INDEX charter_resources_place ON charter_resources (kind, id);

-- Grants of one resource, by member and, to ask who has one, by resource.
CREATE TABLE charter_grants (
  org      TEXT NOT NULL,
  member   TEXT NOT NULL,
  kind     TEXT NOT NULL,
  resource TEXT NOT NULL,
  PRIMARY KEY (org, member, kind, resource),
  FOREIGN KEY (org, member) REFERENCES charter_members (org, id) ON DELETE CASCADE,
  FOREIGN KEY (org, kind, resource) REFERENCES charter_resources (org, kind, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX charter_grants_resource ON charter_grants (org, kind, resource, member);

-- Grants of all of a kind: a table of their own, since they hang on no resource,
-- and since a member's few must be found among the many of one resource.
CREATE TABLE charter_wide_grants (
  org    TEXT NOT NULL,
  member TEXT NOT NULL,
  kind   TEXT NOT NULL,
  PRIMARY KEY (org, member, kind),
  FOREIGN KEY (org, member) REFERENCES charter_members (org, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX charter_wide_grants_kind ON charter_wide_grants (org, kind, member);

-- The number is stored less 2^63, so that all of uint64 is in order.
CREATE TABLE charter_events (
  org    TEXT    NOT NULL REFERENCES charter_organizations (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  actor  TEXT    NOT NULL,
  action TEXT    NOT NULL,
  detail TEXT    NOT NULL, -- JSON
  PRIMARY KEY (org, number)
) WITHOUT ROWID;

-- What is left of a deleted organization: its last event.
CREATE TABLE charter_tombstones (
  org    TEXT    NOT NULL PRIMARY KEY,
  number INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  actor  TEXT    NOT NULL,
  action TEXT    NOT NULL,
  detail TEXT    NOT NULL
) WITHOUT ROWID;
