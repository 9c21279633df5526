#!/bin/sh
# Makes the secret files of docker-compose.temporal.yml. What is there already stays. Keys of outside services begin
# empty: write them into their files yourself. The folder is closed to everybody else; the files in it can be read, since
# the containers' own users must read them.
set -eu
folder="$(dirname "$0")/secrets"
mkdir -p "$folder"
chmod 700 "$folder"
umask 022

make() {
  [ -e "$folder/$1" ] || printf '%s' "$2" >"$folder/$1"
}
random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

for name in maricopa_api_key maricopa_api_key_2 webshare_api_key captcha_api_key smtp_password \
  reso_token reso_client_secret slack_webhook_url twilio_auth_token alert_github_token; do make "$name" ''; done
for name in postgres_password mongodb_root_password mongodb_app_password; do make "$name" "$(random 24)"; done
make mongodb_keyfile "$(random 256)"
password="$(cat "$folder/mongodb_app_password")"
make mongodb_url "mongodb://phoenix:$password@mongodb:27017/phoenix?authSource=phoenix&replicaSet=rs0"
echo "secrets are in $folder; write your own into maricopa_api_key (needed) and smtp_password (for mail)"
