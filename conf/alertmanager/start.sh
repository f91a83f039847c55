# Writes alertmanager.yml with what the environment names, and becomes Alertmanager. What is not named leads nowhere.
set -eu
umask 077
written=${TMPDIR:-/tmp}/alertmanager.yml

# For a text in single quotes of YAML, by sed.
value() { printf '%s' "$1" | sed -e "s/'/''/g" -e 's/[&|\\]/\\&/g'; }

sed -e "s|SLACK_WEBHOOK_URL|$(value "${SLACK_WEBHOOK_URL:-http://127.0.0.1:9/}")|" \
    -e "s|SMTP_HOST|$(value "${SMTP_HOST:-127.0.0.1:25}")|" \
    -e "s|SMTP_FROM|$(value "${SMTP_FROM:-couponrush@localhost}")|" \
    -e "s|SMTP_USER|$(value "${SMTP_USER:-}")|" \
    -e "s|SMTP_PASSWORD|$(value "${SMTP_PASSWORD:-}")|" \
    -e "s|ALERT_EMAIL|$(value "${ALERT_EMAIL:-nobody@localhost}")|" \
    -e "s|RUNBOOKS_URL|$(value "${RUNBOOKS_URL:-}")|" \
    "$(dirname "$0")/alertmanager.yml" >"$written"
exec alertmanager --config.file="$written" --storage.path="${ALERTMANAGER_DATA:-/alertmanager}" "$@"
