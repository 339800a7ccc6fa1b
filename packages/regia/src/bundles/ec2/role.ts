import type { Machine } from './machine.ts'

export const machineTrustPolicy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}

/** All that the machine may do: read the releases of this model. */
export const machinePolicy = ({ folder, name }: Machine) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'ReadReleases',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${folder.slice('s3://'.length)}/${name}-*.tar.gz`,
    },
  ],
})
