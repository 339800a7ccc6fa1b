import { createHash } from 'node:crypto'
import { archOf } from '@regia/engine'
import { stringify } from 'yaml'
import type { BundleContext, BundleTarget } from '../bundle-target.ts'
import { fenced, readmeOf } from '../readme.ts'
import { programFiles } from '../server-files.ts'
import { dnsName, textSetting, wholeSetting } from '../settings.ts'
import { functionZip } from './function-zip.ts'
import { type FunctionStack, functionTemplate } from './template.ts'

/** A zip for AWS Lambda and the template of a stack with two functions of it: one answers HTTP, one scores what lands in a bucket. */
export const lambda: BundleTarget = {
  name: 'lambda',
  summary: 'a zip for AWS Lambda and the template of a stack that answers HTTP and scores the files of a bucket',
  settings: {
    runtime: { description: 'nodejs22.x or nodejs24.x', default: 'nodejs24.x' },
    memory: { description: 'MB of a function; from 1769 on it has a whole processor', default: '1769' },
    storage: { description: 'MB of disk on which a result grows, 512 to 10240', default: '1024' },
    timeout: { description: 'seconds that a file may take', default: '900' },
    access: { description: '"iam": who may in the account; "token": who has the token', default: 'iam' },
  },
  write: async (context) => {
    const zip = functionZip(await programFiles(context, 'lambda/main', 'index'))
    const stack = stackOf(context, zip)
    return [
      { path: 'function.zip', content: zip },
      {
        path: 'template.yaml',
        content: stringify(functionTemplate(stack), { lineWidth: 0, aliasDuplicateObjects: false }),
      },
      { path: 'README.md', content: readme(context, stack) },
    ]
  },
}

function stackOf(context: BundleContext, zip: Uint8Array): FunctionStack {
  const { model, platform, settings } = context
  const digest = createHash('sha256').update(zip).digest('hex').slice(0, 12)
  return {
    model: model.name,
    version: model.version,
    architecture: archOf(platform) === 'x64' ? 'x86_64' : 'arm64',
    runtime: textSetting(settings, 'runtime', /^nodejs(22|24)\.x$/, '"nodejs22.x" or "nodejs24.x"'),
    memory: wholeSetting(settings, 'memory', 256, 10_240),
    storage: wholeSetting(settings, 'storage', 512, 10_240),
    timeoutSeconds: wholeSetting(settings, 'timeout', 1, 900),
    codeKey: `${dnsName(context)}-${model.version}-${digest}.zip`,
    access: textSetting(settings, 'access', /^(iam|token)$/, '"iam" or "token"') === 'iam' ? 'iam' : 'token',
  }
}

function readme(context: BundleContext, { codeKey, access }: FunctionStack): string {
  const stack = dnsName(context)
  const isIam = access === 'iam'
  return readmeOf(context, {
    is: 'A function for AWS Lambda: a zip, and the template of a stack with two functions of it. One answers HTTP at an address of its own; the other scores the files that land in a bucket, and writes the results into another.',
    files: {
      'function.zip': 'the code, what runs models, and the package',
      'template.yaml': 'CloudFormation: two functions, a role and a log each, an address, the permission of the bucket',
    },
    need: `The command line of AWS with credentials, and three buckets of one region, of which two or all may be the same: for code, for what comes in, for results.

${fenced('sh', 'export AWS_REGION=eu-central-1 CODE=my-code IN=my-files OUT=my-results\naws s3 mb "s3://$CODE" && aws s3 mb "s3://$IN" && aws s3 mb "s3://$OUT"')}`,
    build: fenced('sh', `aws s3 cp function.zip "s3://$CODE/${codeKey}"`),
    run: `${fenced(
      'sh',
      `aws cloudformation deploy --stack-name ${stack} --template-file template.yaml --capabilities CAPABILITY_IAM \\
  --parameter-overrides CodeBucket="$CODE" CodeKey=${codeKey} InputBucket="$IN" OutputBucket="$OUT"${isIam ? '' : ' Token="$TOKEN"'}
output() { aws cloudformation describe-stacks --stack-name ${stack} --output text --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"; }
URL=$(output Url)
aws s3api put-bucket-notification-configuration --bucket "$IN" --notification-configuration '{"LambdaFunctionConfigurations": [
  {"LambdaFunctionArn": "'"$(output FilesFunctionArn)"'", "Events": ["s3:ObjectCreated:*"],
   "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}}]}'
aws s3 cp rows.csv "s3://$IN/in/rows.csv"
aws s3 ls "s3://$OUT/out/"`,
    )}

The last command but one of these replaces all notifications that the bucket has: where it has others, add this one to them.${isIam ? '' : ' `TOKEN` is one of your own, of at least 16 characters: `openssl rand -hex 32`.'}

A file is CSV with a header or one JSON object a line (\`.csv\`, \`.jsonl\`, \`.ndjson\`). \`in/rows.csv\` becomes \`out/rows.csv\`: every row as it came, with \`prediction\`, and of a classifier \`score\` and \`probability_CLASS\`.
What is wrong with a file is written to \`out/rows.csv.error.json\`, with row and column, and is not tried again; where S3 fails, the event comes again up to two times. The same file always gives the same result.`,
    url: isIam
      ? `--aws-sigv4 "aws:amz:$AWS_REGION:lambda" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-security-token: $AWS_SESSION_TOKEN" "\${URL%/}"`
      : `-H "authorization: Bearer $TOKEN" "\${URL%/}"`,
    settings: `Of the stack: \`InputPrefix\` (\`in/\`) and \`OutputPrefix\` (\`out/\`); with the same bucket for both, neither may begin with the other. When bundling: \`--set memory=\`, \`storage=\` (a result grows on disk), \`timeout=\`, \`runtime=\`, \`access=iam\` or \`token\`.
A request and its answer may have 6 MB each; an account gets 1,000 at the same time. \`/metrics\` counts for one instance of the function alone.`,
    update:
      'Make a bundle of the new version and go through "Build" and "Run" again. The key of the zip tells its contents: requests go to the new code once it is there.',
    rollBack: 'Deploy again with the `CodeKey` of the version before; its zip is still in the bucket.',
    remove: fenced(
      'sh',
      `aws s3api put-bucket-notification-configuration --bucket "$IN" --notification-configuration '{}'
aws cloudformation delete-stack --stack-name ${stack}
aws s3 rm "s3://$CODE/${codeKey}"`,
    ),
  })
}
