#!/bin/sh
# Creates Temporal's two databases and their tables on PostgreSQL, or brings them to this version. Safe to repeat.
# Run by docker-compose.yml in temporalio/admin-tools; the server's address and password come from SQL_*.
set -eu

versions=/etc/temporal/schema/postgresql/v12

prepare() {
    temporal-sql-tool --db "$1" create-database
    temporal-sql-tool --db "$1" setup-schema -v 0.0
    temporal-sql-tool --db "$1" update-schema -d "$versions/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
