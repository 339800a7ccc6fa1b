import { createHash } from 'node:crypto'
import type { BundleContext } from '../bundle-target.ts'
import { dnsName, portOf, textSetting } from '../settings.ts'

/** What the user data says of a model on a machine. */
export type Machine = {
  readonly name: string
  readonly version: string
  readonly port: number
  /** `s3://BUCKET/FOLDER` */
  readonly folder: string
  readonly archive: string
  readonly sha256: string
  readonly region: string
  readonly node: string
  readonly nodePackage: string
}

/** @throws RegiaError `INVALID_INPUT` for a setting that could not stand in a script. */
export function machineOf(context: BundleContext, archive: Uint8Array): Machine {
  const { settings, model } = context
  const name = dnsName(context)
  return {
    name,
    version: String(model.version),
    port: portOf(context),
    folder: textSetting(settings, 's3', /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w.-]+)*$/, 's3://BUCKET/FOLDER'),
    archive: `${name}-${model.version}.tar.gz`,
    sha256: createHash('sha256').update(archive).digest('hex'),
    region: textSetting(settings, 'region', /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, such as eu-central-1'),
    node: textSetting(settings, 'node', /^\/[\w./-]+$/, 'an absolute path'),
    nodePackage: textSetting(settings, 'node-package', /^[a-z0-9][\w.+-]*$/, 'the name of a package'),
  }
}

/** A release is fetched whole, checked and unpacked beside the others; then one link moves and the server starts anew. */
const installScript = ({ name, region, folder, node, port }: Machine): string => `#!/bin/bash
# Usage: install-model VERSION SHA256 — fetches a release; install-model VERSION — goes back to one that is here.
set -euo pipefail
version=$1
releases=/opt/${name}/releases
if [ ! -d "$releases/$version" ]; then
  sum=$2
  fresh=$(mktemp -d "$releases/.fetch-XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  aws s3 cp --region ${region} --only-show-errors "${folder}/${name}-$version.tar.gz" "$fresh/bundle.tar.gz"
  echo "$sum  $fresh/bundle.tar.gz" | sha256sum --check --quiet
  mkdir "$fresh/files"
  tar --extract --gzip --no-same-owner --file "$fresh/bundle.tar.gz" --directory "$fresh/files"
  chmod 0755 "$fresh/files"
  mv "$fresh/files" "$releases/$version"
fi
ln --symbolic --force --no-dereference "$releases/$version" /opt/${name}/current
systemctl restart ${name}.service
for _ in $(seq 60); do
  if REGIA_PORT=${port} ${node} "$releases/$version/healthcheck.mjs"; then exit 0; fi
  sleep 1
done
journalctl --unit ${name}.service --lines 20 --no-pager >&2
exit 1
`

/** No user of its own to manage: systemd makes one for as long as the server runs. */
const systemdUnit = ({ name, version, port, node }: Machine): string => `[Unit]
Description=Model server for ${name} (first version ${version})
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${node} /opt/${name}/current/server.mjs
Environment=NODE_ENV=production ORT_DISABLE_TELEMETRY=1 REGIA_HOST=0.0.0.0 REGIA_PORT=${port} REGIA_LOG_DIR=/var/lib/${name}
EnvironmentFile=-/etc/${name}.env
StateDirectory=${name}
DynamicUser=yes
KillSignal=SIGTERM
TimeoutStopSec=60
Restart=always
RestartSec=2
LimitNOFILE=65536
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes

[Install]
WantedBy=multi-user.target
`

/** The document that cloud-init carries out at a machine's first start. */
export const userData = (machine: Machine) => ({
  package_update: false,
  packages: [machine.nodePackage],
  write_files: [
    { path: '/usr/local/sbin/install-model', permissions: '0755', owner: 'root:root', content: installScript(machine) },
    {
      path: `/etc/systemd/system/${machine.name}.service`,
      permissions: '0644',
      owner: 'root:root',
      content: systemdUnit(machine),
    },
  ],
  runcmd: [
    ['mkdir', '--parents', `/opt/${machine.name}/releases`],
    ['systemctl', 'daemon-reload'],
    ['systemctl', 'enable', `${machine.name}.service`],
    ['/usr/local/sbin/install-model', machine.version, machine.sha256],
  ],
})
