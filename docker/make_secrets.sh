#!/bin/sh
# Inventa las claves de la base de datos en docker/secrets / make up the database's passwords in docker/secrets.
#
# Run once, before the first start; files that are there stay. The folder is closed to other accounts of this
# machine (0700); the files in it can be read by any account, because compose shows them to the containers as they
# are, and the containers run under accounts of their own.
set -eu
cd "$(dirname "$0")"
mkdir -p -m 0700 secrets
umask 022

password() { od -An -N 24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { [ -s "secrets/$1" ] || printf '%s' "$2" > "secrets/$1"; }

for name in postgres_password owner_password app_password; do
    keep "$name" "$(password)"
done
keep owner_database_url "postgresql://intertrata_owner:$(cat secrets/owner_password)@postgres:5432/intertrata"
keep database_url "postgresql://intertrata_app:$(cat secrets/app_password)@postgres:5432/intertrata"
