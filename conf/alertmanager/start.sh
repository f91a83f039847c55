# Writes alertmanager.yml with what the environment names, and becomes Alertmanager. What is not named leads nowhere.
set -eu
umask 077
sed -e "s|SLACK_WEBHOOK_URL|${SLACK_WEBHOOK_URL:-http://127.0.0.1:9/}|" \
    -e "s|SMTP_HOST|${SMTP_HOST:-127.0.0.1:25}|" \
    -e "s|ALERT_EMAIL|${ALERT_EMAIL:-nobody@localhost}|" \
    /etc/alertmanager/alertmanager.yml >/tmp/alertmanager.yml
exec /bin/alertmanager --config.file=/tmp/alertmanager.yml --storage.path=/alertmanager "$@"
