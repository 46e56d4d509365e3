-- +goose Up

-- The records of charter on MySQL and MariaDB. Whoever applies these files, with
-- goose or with another tool, applies each once and in order of name, one process
-- at a time. They are plain SQL and have no way down: that is what a backup is for.
--
-- No transaction holds statements like these together. Each does nothing where it
-- has been run before, so that a file which was interrupted is applied again; what
-- says that it is done is its row in charter_schema, at the end.
--
-- Everything is compared as bytes: text is in VARBINARY and BLOB, of the longest
-- that each can be, in UTF-8; folded forms and sort keys are made in Go. Times are
-- microseconds since 1970 in UTC; the zero time of Go is the number that this makes
-- of it. Revisions and other unsigned numbers are the same 64 bits, signed.

CREATE TABLE IF NOT EXISTS charter_schema (
  version BIGINT          NOT NULL PRIMARY KEY
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS charter_organizations (
  id            VARBINARY(255)  NOT NULL PRIMARY KEY,
  name          VARBINARY(400)  NOT NULL,
  folded_name   VARBINARY(400)  NOT NULL,
  company       VARBINARY(800)  NOT NULL,
  address       VARBINARY(4000) NOT NULL,
  vat_id        VARBINARY(200)  NOT NULL,
  billing_email VARBINARY(255)  NOT NULL,
  reference     VARBINARY(800)  NOT NULL,
  created_at    BIGINT          NOT NULL,
  counts        LONGBLOB        NOT NULL, -- JSON
  events        BIGINT          NOT NULL,
  revision      BIGINT          NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS charter_users (
  id             VARBINARY(255)  NOT NULL PRIMARY KEY,
  email          VARBINARY(255)  NOT NULL,
  first_name     VARBINARY(400)  NOT NULL,
  last_name      VARBINARY(400)  NOT NULL,
  folded_address VARBINARY(255)  NOT NULL,
  active         VARBINARY(255)  NOT NULL,
  memberships    BIGINT          NOT NULL,
  created_at     BIGINT          NOT NULL,
  revision       BIGINT          NOT NULL,
  KEY charter_users_address (folded_address)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS charter_members (
  org             VARBINARY(255)  NOT NULL,
  id              VARBINARY(255)  NOT NULL,
  role            VARBINARY(255)  NOT NULL,
  status          VARBINARY(16)   NOT NULL,
  user_id         VARBINARY(255),          -- null while invited
  invited_address VARBINARY(255),          -- folded; null unless invited
  email           VARBINARY(255)  NOT NULL,
  first_name      VARBINARY(400)  NOT NULL,
  last_name       VARBINARY(400)  NOT NULL,
  invited_by      VARBINARY(255)  NOT NULL,
  invited_at      BIGINT          NOT NULL,
  joined_at       BIGINT          NOT NULL,
  message         VARBINARY(8000) NOT NULL,
  issue           BIGINT          NOT NULL,
  first_key       VARBINARY(804)  NOT NULL, -- the keys of the five sorts
  last_key        VARBINARY(804)  NOT NULL,
  email_key       VARBINARY(255)  NOT NULL,
  invited_key     VARBINARY(20)   NOT NULL,
  role_key        VARBINARY(256)  NOT NULL,
  PRIMARY KEY (org, id),
  FOREIGN KEY (org) REFERENCES charter_organizations (id) ON DELETE CASCADE,
  UNIQUE KEY charter_members_user (org, user_id),
  -- One invitation to an address in an organization, and all those to an address.
  UNIQUE KEY charter_members_invited (invited_address, org),
  -- A user's organizations, the most recently joined first.
  KEY charter_members_joined (user_id, joined_at DESC, org),
  -- The member list: every page, whatever its sort, direction and filters, is made
  -- of ordered seeks in these nine, merged until the page is full.
  --
  -- The first five serve the lists without a role filter. They begin with the
  -- status, so that a list of the invited does not walk past a million who joined;
  -- a list of all is two seeks. The one by address also finds who has an address,
  -- the one by role also serves its own role filter, since of one role all keys are
  -- equal, and finds who has a role.
  KEY charter_members_by_first (org, status, first_key, id),
  KEY charter_members_by_last (org, status, last_key, id),
  KEY charter_members_by_email (org, status, email_key, id),
  KEY charter_members_by_invited (org, status, invited_key, id),
  KEY charter_members_by_role (org, status, role_key, id),
  -- The other four serve the role filter. Without them the Viewers of a million
  -- members, sorted by name, cost a walk over all of them. That is what makes a row
  -- of this table dear to write: it is written once for the thousands of times that
  -- it is read, and a change of role, the most frequent one, touches five of the
  -- nine.
  KEY charter_members_of_role_by_first (org, role, status, first_key, id),
  KEY charter_members_of_role_by_last (org, role, status, last_key, id),
  KEY charter_members_of_role_by_email (org, role, status, email_key, id),
  KEY charter_members_of_role_by_invited (org, role, status, invited_key, id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS charter_roles (
  org         VARBINARY(255)  NOT NULL,
  id          VARBINARY(255)  NOT NULL,
  name        VARBINARY(400)  NOT NULL,
  folded_name VARBINARY(400)  NOT NULL,
  created_at  BIGINT          NOT NULL,
  PRIMARY KEY (org, id),
  FOREIGN KEY (org) REFERENCES charter_organizations (id) ON DELETE CASCADE,
  UNIQUE KEY charter_roles_name (org, folded_name)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- A row for each permission: whether a role holds one is a seek.
CREATE TABLE IF NOT EXISTS charter_role_permissions (
  org        VARBINARY(255)  NOT NULL,
  role       VARBINARY(255)  NOT NULL,
  permission VARBINARY(255)  NOT NULL,
  PRIMARY KEY (org, role, permission),
  FOREIGN KEY (org, role) REFERENCES charter_roles (org, id) ON DELETE CASCADE
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS charter_resources (
  org  VARBINARY(255)  NOT NULL,
  kind VARBINARY(128)  NOT NULL,
  id   VARBINARY(255)  NOT NULL,
  PRIMARY KEY (org, kind, id),
  FOREIGN KEY (org) REFERENCES charter_organizations (id) ON DELETE CASCADE,
  -- One organization for each resource, and where it is.
  UNIQUE KEY charter_resources_place (kind, id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Grants of one resource, by member and, to ask who has one, by resource.
CREATE TABLE IF NOT EXISTS charter_grants (
  org      VARBINARY(255)  NOT NULL,
  member   VARBINARY(255)  NOT NULL,
  kind     VARBINARY(128)  NOT NULL,
  resource VARBINARY(255)  NOT NULL,
  PRIMARY KEY (org, member, kind, resource),
  FOREIGN KEY (org, member) REFERENCES charter_members (org, id) ON DELETE CASCADE,
  FOREIGN KEY (org, kind, resource) REFERENCES charter_resources (org, kind, id) ON DELETE CASCADE,
  KEY charter_grants_resource (org, kind, resource, member)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- Grants of all of a kind: a table of their own, since they hang on no resource,
-- and since a member's few must be found among the many of one resource.
CREATE TABLE IF NOT EXISTS charter_wide_grants (
  org    VARBINARY(255)  NOT NULL,
  member VARBINARY(255)  NOT NULL,
  kind   VARBINARY(128)  NOT NULL,
  PRIMARY KEY (org, member, kind),
  FOREIGN KEY (org, member) REFERENCES charter_members (org, id) ON DELETE CASCADE,
  KEY charter_wide_grants_kind (org, kind, member)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- The number is stored less 2^63, so that all of uint64 is in order.
CREATE TABLE IF NOT EXISTS charter_events (
  org    VARBINARY(255)  NOT NULL,
  number BIGINT          NOT NULL,
  at     BIGINT          NOT NULL,
  actor  VARBINARY(255)  NOT NULL,
  action VARBINARY(64)   NOT NULL,
  detail LONGBLOB        NOT NULL, -- JSON
  PRIMARY KEY (org, number),
  FOREIGN KEY (org) REFERENCES charter_organizations (id) ON DELETE CASCADE
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- What is left of a deleted organization: its last event.
CREATE TABLE IF NOT EXISTS charter_tombstones (
  org    VARBINARY(255)  NOT NULL PRIMARY KEY,
  number BIGINT          NOT NULL,
  at     BIGINT          NOT NULL,
  actor  VARBINARY(255)  NOT NULL,
  action VARBINARY(64)   NOT NULL,
  detail LONGBLOB        NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC;

-- A table that was there before is left as it is. Where it is not ours, one of these
-- fails, before the row below says that all is done.
SELECT id, name, folded_name, company, address, vat_id, billing_email, reference, created_at,
  counts, events, revision FROM charter_organizations LIMIT 0;
SELECT id, email, first_name, last_name, folded_address, active, memberships, created_at, revision
  FROM charter_users LIMIT 0;
SELECT org, id, role, status, user_id, invited_address, email, first_name, last_name, invited_by,
  invited_at, joined_at, message, issue, first_key, last_key, email_key, invited_key, role_key FROM
  charter_members LIMIT 0;
SELECT org, id, name, folded_name, created_at FROM charter_roles LIMIT 0;
SELECT org, role, permission FROM charter_role_permissions LIMIT 0;
SELECT org, kind, id FROM charter_resources LIMIT 0;
SELECT org, member, kind, resource FROM charter_grants LIMIT 0;
SELECT org, member, kind FROM charter_wide_grants LIMIT 0;
SELECT org, number, at, actor, action, detail FROM charter_events LIMIT 0;
SELECT org, number, at, actor, action, detail FROM charter_tombstones LIMIT 0;

INSERT INTO charter_schema (version) VALUES (1) ON DUPLICATE KEY UPDATE version = 1;
