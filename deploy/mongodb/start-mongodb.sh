#!/bin/bash
# Gives mongod its own copy of the key file, then goes on as the image does.
set -eu
install -m 400 -o mongodb -g mongodb /run/secrets/mongodb_keyfile /run/mongodb/keyfile
exec docker-entrypoint.sh mongod "$@"
