#!/usr/bin/env bash
# Builds the pipeline and runs it. What it can do: ./build.sh --help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

# `dotnet --version` fails where no installed SDK satisfies global.json. Installers do not always extend PATH.
for folder in "$(dirname "$(command -v dotnet || true)")" "${HOME:-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet; do
    if [[ -x $folder/dotnet ]] && "$folder/dotnet" --version > /dev/null 2>&1; then
        dotnet=$folder/dotnet
        break
    fi
done
if [[ -z ${dotnet:-} ]]; then
    echo "The .NET 10 SDK is missing. Install the package dotnet-sdk-10.0 (Debian, Ubuntu, Fedora) or take it from https://dot.net/download, then run this again." >&2
    exit 3
fi
[[ $(command -v dotnet || true) == "$dotnet" ]] || export PATH="${dotnet%/*}:$PATH"

# One build at a time in a checkout. Only flock holds the lock (--close), so that no compiler left behind keeps it.
mkdir -p build/obj
flock --nonblock build/obj/build.lock true || echo "Another build runs in this checkout; waiting for its end." >&2
if ! log=$(flock --close build/obj/build.lock dotnet build build/Build.csproj --configuration Debug --nologo --verbosity quiet 2>&1); then
    printf '%s\nThe pipeline itself does not compile: see above.\n' "$log" >&2
    exit 1
fi
exec dotnet build/bin/Debug/net10.0/Build.dll "$@"
