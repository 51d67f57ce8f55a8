#!/bin/bash
# The demo's artifice: whatever is not the commit that the host began with is refused, until somebody removes orig.txt.
set -eu
cd /etc/greenboot
ostree admin status --skip-signatures | sed -n 's/^\* [^ ]* \([0-9a-f]\{64\}\)\..*/\1/p' > current.txt
[[ -e orig.txt ]] || cp current.txt orig.txt
cmp orig.txt current.txt
