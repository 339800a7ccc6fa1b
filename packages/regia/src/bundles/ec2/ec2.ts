import { tarGz } from '@regia/engine'
import { stringify } from 'yaml'
import type { BundleContext, BundleTarget } from '../bundle-target.ts'
import { fenced, readmeOf, SERVER_SETTINGS } from '../readme.ts'
import { serverFiles } from '../server-files.ts'
import { PORT, portOf } from '../settings.ts'
import { type Machine, machineOf, userData } from './machine.ts'
import { machinePolicy, machineTrustPolicy } from './role.ts'

/** An archive for a bucket, and what a machine is told at its first start: fetch it, check it, run it under systemd. */
export const ec2: BundleTarget = {
  name: 'ec2',
  summary: 'an archive and the user data of a machine of Amazon EC2 that fetches and runs it',
  settings: {
    port: PORT,
    s3: { description: 'where the archive will lie', default: 's3://my-models/releases' },
    region: { description: 'region of the bucket', default: 'eu-central-1' },
    'node-package': { description: "the system's package with Node 22 or newer", default: 'nodejs24' },
    node: { description: 'where that package puts node', default: '/usr/bin/node-24' },
  },
  write: async (context) => {
    const archive = tarGz(await serverFiles(context))
    const machine = machineOf(context, archive)
    return [
      { path: machine.archive, content: archive },
      { path: 'user-data.yaml', content: `#cloud-config\n${stringify(userData(machine), { lineWidth: 0 })}` },
      { path: 'role-trust.json', content: json(machineTrustPolicy) },
      { path: 'role-policy.json', content: json(machinePolicy(machine)) },
      { path: 'README.md', content: readme(context, machine) },
    ]
  },
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

function readme(context: BundleContext, machine: Machine): string {
  const { name, version, archive, folder, region, sha256 } = machine
  const arch = context.platform === 'linux/x64' ? 'x86_64' : 'arm64'
  const type = arch === 'arm64' ? 't4g.small' : 't3.small'
  return readmeOf(context, {
    is: 'A model for a machine of Amazon EC2: an archive for a bucket, and the user data of a machine that runs it.',
    files: {
      [archive]: 'the server, what runs models, and the package',
      'user-data.yaml': 'cloud-config: installs Node, a systemd unit and a script that fetches releases',
      'role-trust.json': 'who may take the role: machines',
      'role-policy.json': 'the one thing that it may do: read the releases of this model',
    },
    need: `The command line of AWS with credentials, a bucket, and a security group that lets port ${portOf(context)} in from whoever shall ask. The machine runs Amazon Linux 2023, which has the command line of AWS and Node as \`nodejs24\`; for another system, \`--set node-package=…\` and \`--set node=…\` say how it calls them, and its glibc must be 2.28 or newer.

Bucket and region stand in the files as they were given: \`--set s3=s3://BUCKET/FOLDER --set region=${region}\`.`,
    build: fenced('sh', `aws s3 cp --region ${region} ${archive} ${folder}/${archive}`),
    run: fenced(
      'sh',
      `aws iam create-role --role-name ${name} --assume-role-policy-document file://role-trust.json
aws iam put-role-policy --role-name ${name} --policy-name read-releases --policy-document file://role-policy.json
aws iam create-instance-profile --instance-profile-name ${name}
aws iam add-role-to-instance-profile --instance-profile-name ${name} --role-name ${name}
aws ec2 run-instances --region ${region} --instance-type ${type} \\
  --image-id resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${arch} \\
  --iam-instance-profile Name=${name} --user-data file://user-data.yaml \\
  --metadata-options HttpTokens=required --security-group-ids SECURITY_GROUP --subnet-id SUBNET \\
  --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=${name}}]'`,
    ),
    url: `http://ADDRESS:${portOf(context)}`,
    settings: `ADDRESS is that of the machine.

${SERVER_SETTINGS}

They belong into \`/etc/${name}.env\` on the machine, one \`NAME=VALUE\` a line, then \`systemctl restart ${name}\`. The prediction log is in \`/var/lib/${name}\`, the server's own in \`journalctl --unit ${name}\`.`,
    update: `Make a bundle of the new version, put its archive into the bucket, and on the machine:

${fenced('sh', `sudo install-model VERSION SHA256`)}

The digest is in the new bundle's \`user-data.yaml\` (of this one it is \`${sha256}\`). The script returns once the new version answers. The server is away for a second meanwhile: for none, start a second machine from the new user data behind a load balancer, and stop the old one.`,
    rollBack: `Releases stay on the machine:\n\n${fenced('sh', `ls /opt/${name}/releases\nsudo install-model ${version}`)}`,
    remove: fenced(
      'sh',
      `aws ec2 terminate-instances --region ${region} --instance-ids INSTANCE
aws s3 rm --region ${region} ${folder}/${archive}
aws iam remove-role-from-instance-profile --instance-profile-name ${name} --role-name ${name}
aws iam delete-instance-profile --instance-profile-name ${name}
aws iam delete-role-policy --role-name ${name} --policy-name read-releases
aws iam delete-role --role-name ${name}`,
    ),
  })
}
