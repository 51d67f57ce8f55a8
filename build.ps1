#!/usr/bin/env pwsh
#Requires -Version 7
# Builds the pipeline and runs it. What it can do: ./build.ps1 --help
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
$env:DOTNET_CLI_TELEMETRY_OPTOUT = $env:DOTNET_NOLOGO = $env:MSBUILDDISABLENODEREUSE = '1'
Push-Location $PSScriptRoot
try {
    # `dotnet --version` fails where no installed SDK satisfies global.json. Installers do not always extend PATH.
    $folders = @($env:PATH -split [IO.Path]::PathSeparator) + (Join-Path $HOME '.dotnet') + '/usr/share/dotnet' + '/usr/lib/dotnet'
    $dotnet = $folders | Where-Object { $_ } |
        ForEach-Object { Join-Path $_ ($IsWindows ? 'dotnet.exe' : 'dotnet') } |
        Where-Object { (Test-Path $_ -PathType Leaf) -and $(& $_ --version *> $null; $LASTEXITCODE -eq 0) } |
        Select-Object -First 1
    if (-not $dotnet) {
        [Console]::Error.WriteLine('The .NET 10 SDK is missing. Install it from https://dot.net/download, then run this again.')
        exit 3
    }
    $env:PATH = (Split-Path $dotnet) + [IO.Path]::PathSeparator + $env:PATH

    # One build at a time in a checkout; the lock dies with this process.
    $null = New-Item -ItemType Directory -Force (Join-Path 'build' 'obj')
    $lock = $null
    while (-not $lock) {
        try { $lock = [IO.File]::Open((Join-Path $PSScriptRoot 'build' 'obj' 'build.lock'), 'OpenOrCreate', 'ReadWrite', 'None') }
        catch [IO.IOException] { Start-Sleep -Milliseconds 200 }
    }
    try { $log = & $dotnet build (Join-Path 'build' 'Build.csproj') --configuration Debug --nologo --verbosity quiet 2>&1 }
    finally { $lock.Dispose() }
    if ($LASTEXITCODE -ne 0) {
        $log | ForEach-Object { [Console]::Error.WriteLine($_) }
        [Console]::Error.WriteLine('The pipeline itself does not compile: see above.')
        exit 1
    }
    & $dotnet (Join-Path 'build' 'bin' 'Debug' 'net10.0' 'Build.dll') @args
    exit $LASTEXITCODE
}
finally { Pop-Location }
