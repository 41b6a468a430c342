#!/bin/bash
# A worker that is a script: says in report.json which of its works failed. worker.sh PORT: of a
# service that answers.
cd "${STATE_DIRECTORY:-.}" || exit 9
me="git -c user.name=w -c user.email=w@localhost"
rm -rf origin clone

history() {
    git init -q --bare origin && git clone -q origin clone && cd clone && echo x >file &&
        git add file && $me commit -qm one && git push -q origin HEAD
}
fetch() { curl --retry 20 --retry-delay 1 --retry-connrefused -fsS "http://127.0.0.1:$1/"; }
archive() { tar -cf all.tar clone && tar -tf all.tar | sort | grep -q file; }
tools() { timeout 5 true && flock lock true && mktemp && ps && find . -name file; }
priority() { nice -n 1 true 2>&1 | grep . && return 1 || return 0; }

{
    separator='{'
    for work in history fetch archive tools priority; do
        reason=$(set -o pipefail; { "$work" "$1" 2>&1 >/dev/null; } | tr -d '"\\\n') ||
            { printf '%s"%s": "%s"' "$separator" "$work" "${reason:-failed}"; separator=', '; }
    done
    [ "$separator" = ', ' ] || printf '{'
    printf '}\n'
} >report.new
mv report.new report.json
exec sleep 1000
