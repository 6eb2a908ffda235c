#!/bin/bash
# Makes an instance of Debian's Redmine in a folder and runs it in the foreground:
# its own database and files, nothing shared with the package's instance.
# usage: redmine.sh DIR PORT, as root
set -euo pipefail
dir=$(realpath -m "$1") port=$2 here=$(dirname "$(realpath "$0")")
app=$(dirname "$(dpkg -L redmine | grep '/redmine/config.ru$')")
mkdir -p "$dir"/{config,files,log,tmp/cache,tmp/pids,public/plugin_assets}
printf 'production:\n  adapter: sqlite3\n  database: %s/redmine.sqlite3\n  timeout: 5000\n' "$dir" >"$dir/config/database.yml"
head -c 64 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$dir/config/secret_key.txt"
# The package joins REDMINE_INSTANCE to a path of its own; SCHEMA keeps it from writing there.
export REDMINE_INSTANCE="../../../../../../../..$dir" RAILS_ENV=production REDMINE_LANG=en SCHEMA="$dir/schema.rb" RAILS_LOG_TO_STDOUT=
cd "$app"
bin/rake db:migrate >"$dir/log/migrate.log" 2>&1
bin/rake redmine:load_default_data >>"$dir/log/migrate.log" 2>&1 # in the same process it fails
puma -e production -b "tcp://127.0.0.1:$port" -t 1:4 -w 0 config.ru >"$dir/log/puma.log" 2>&1 &
trap 'kill $!' EXIT
# Settings are changed by lines of Ruby on standard input, each answered by a line.
bin/rails runner "$here/seed.rb"
