#!/bin/bash
# Makes an instance of Gitea in a folder and runs it in the foreground. Three tokens
# are in its files token, token-reader and token-narrow.
# usage: gitea.sh BINARY MODULE_DIR DIR PORT
set -euo pipefail
bin=$(realpath "$1") mod=$2 dir=$(realpath -m "$3") port=$4
mkdir -p "$dir/custom/conf" "$dir/home"
cat >"$dir/custom/conf/app.ini" <<INI
RUN_MODE = prod
RUN_USER = $(id -un)
WORK_PATH = $dir
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = $port
ROOT_URL = http://127.0.0.1:$port/
DISABLE_SSH = true
OFFLINE_MODE = true
STATIC_ROOT_PATH = $mod
LFS_START_SERVER = false
[attachment]
MAX_SIZE = ${GITEA_MAX_SIZE:-4}
[database]
DB_TYPE = sqlite3
PATH = $dir/gitea.db
[security]
INSTALL_LOCK = true
SECRET_KEY = test
INTERNAL_TOKEN = test-internal-token
[oauth2]
JWT_SECRET = YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE
[service]
DISABLE_REGISTRATION = true
[log]
MODE = file
LEVEL = warn
ROOT_PATH = $dir/log
[cron]
ENABLED = false
[actions]
ENABLED = false
[packages]
ENABLED = false
[indexer]
ISSUE_INDEXER_TYPE = db
[mailer]
ENABLED = false
[session]
PROVIDER = memory
INI
# The module has no built scripts and styles: empty ones, and its own sources.
assets=$dir/custom/public/assets
mkdir -p "$assets/js"
: >"$assets/js/iife.js"
: >"$assets/js/index.js"
cp -r "$mod/web_src/css" "$assets/css"
chmod -R u+w "$assets"
cp "$assets"/css/themes/*.css "$assets/css/"
echo '.tw-hidden{display:none!important}' >>"$assets/css/index.css"
export HOME="$dir/home" GITEA_WORK_DIR="$dir" GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT=true
conf="--config $dir/custom/conf/app.ini"
"$bin" migrate $conf >"$dir/migrate.log" 2>&1
user() { "$bin" admin user create $conf "$@" --must-change-password=false >>"$dir/migrate.log" 2>&1; }
user --admin --username bot --password bot-password-1 --email bot@example.invalid
user --username reader --password reader-password-1 --email reader@example.invalid
token() { "$bin" admin user generate-access-token $conf --raw "$@" 2>>"$dir/migrate.log" | tail -n 1; } # as root a line of the log comes first
token --username bot --token-name work --scopes write:issue,write:repository,write:user >"$dir/token"
token --username bot --token-name narrow --scopes read:user,read:repository,read:issue >"$dir/token-narrow"
token --username reader --token-name work --scopes all >"$dir/token-reader"
exec "$bin" web $conf >"$dir/web.log" 2>&1
