/** What the template is written from. */
export type FunctionStack = {
  readonly model: string
  readonly version: number
  /** `x86_64` or `arm64` */
  readonly architecture: string
  readonly runtime: string
  readonly memory: number
  readonly storage: number
  readonly timeoutSeconds: number
  /** Key of the zip in the bucket; it tells its contents, so that another one makes an update. */
  readonly codeKey: string
  /** Whether whoever has the address and the token may ask, or only who may in this account. */
  readonly access: 'iam' | 'token'
}

const ref = (name: string) => ({ Ref: name })
const sub = (text: string) => ({ 'Fn::Sub': text })
const attribute = (name: string, what: string) => ({ 'Fn::GetAtt': [name, what] })

/** Of a request; a file may take as long as Lambda lets it. */
const REQUEST_SECONDS = 30

/** Two functions of the same zip, a role each, and nothing that they do not use. Plain CloudFormation, without macros. */
export function functionTemplate(stack: FunctionStack) {
  const { model, version, access } = stack
  const isOpen = access === 'token'
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `${model}, version ${version}: answers HTTP, and scores what lands in a bucket.`,
    Parameters: {
      CodeBucket: { Type: 'String', Description: 'Bucket of this region in which the zip lies.' },
      CodeKey: { Type: 'String', Default: stack.codeKey, Description: 'The zip.' },
      InputBucket: { Type: 'String', Description: 'Bucket whose objects are scored.' },
      InputPrefix: { Type: 'String', Default: 'in/', Description: 'Only objects whose key begins so.' },
      OutputBucket: { Type: 'String', Description: 'Bucket for the results.' },
      OutputPrefix: { Type: 'String', Default: 'out/', Description: 'What the keys of results begin with.' },
      ...(isOpen && {
        Token: {
          Type: 'String',
          NoEcho: true,
          MinLength: 16,
          Description: 'Asked of every request as a bearer token.',
        },
      }),
    },
    Resources: {
      HttpLog: log('http'),
      HttpRole: role('http', []),
      HttpFunction: lambdaFunction(stack, 'http', 'index.handler', 'HttpLog', 'HttpRole', {
        Timeout: REQUEST_SECONDS,
        ...(isOpen && { Environment: { Variables: { REGIA_TOKEN: ref('Token') } } }),
      }),
      HttpUrl: {
        Type: 'AWS::Lambda::Url',
        Properties: { AuthType: isOpen ? 'NONE' : 'AWS_IAM', TargetFunctionArn: attribute('HttpFunction', 'Arn') },
      },
      ...(isOpen && openToAll()),
      ...filesResources(stack),
    },
    Outputs: {
      Url: { Description: 'Where it answers.', Value: attribute('HttpUrl', 'FunctionUrl') },
      FilesFunctionArn: { Description: 'What the bucket notifies.', Value: attribute('FilesFunction', 'Arn') },
    },
  }
}

function filesResources(stack: FunctionStack) {
  const variables = ['InputBucket', 'InputPrefix', 'OutputBucket', 'OutputPrefix']
  return {
    FilesLog: log('files'),
    FilesRole: role('files', [
      {
        Sid: 'ReadInput',
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: sub(`arn:\${AWS::Partition}:s3:::\${InputBucket}/\${InputPrefix}*`),
      },
      {
        Sid: 'WriteResults',
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: sub(`arn:\${AWS::Partition}:s3:::\${OutputBucket}/\${OutputPrefix}*`),
      },
    ]),
    FilesFunction: lambdaFunction(stack, 'files', 'index.onObject', 'FilesLog', 'FilesRole', {
      Timeout: stack.timeoutSeconds,
      EphemeralStorage: { Size: stack.storage },
      Environment: { Variables: Object.fromEntries(variables.map((name) => [screaming(name), ref(name)])) },
    }),
    // What ends the function itself, such as a lack of memory, is tried so often and then left.
    FilesRetries: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: ref('FilesFunction'),
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 2,
        MaximumEventAgeInSeconds: 21_600,
      },
    },
    FilesPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: ref('FilesFunction'),
        Principal: 's3.amazonaws.com',
        SourceAccount: ref('AWS::AccountId'),
        SourceArn: sub(`arn:\${AWS::Partition}:s3:::\${InputBucket}`),
      },
    },
  }
}

const screaming = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase()

/** A public address needs both: the right to its URL, and to the function by way of it alone. */
const openToAll = () => ({
  HttpUrlPermission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunctionUrl',
      FunctionName: ref('HttpFunction'),
      FunctionUrlAuthType: 'NONE',
      Principal: '*',
    },
  },
  HttpPermission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: ref('HttpFunction'),
      InvokedViaFunctionUrl: true,
      Principal: '*',
    },
  },
})

const log = (what: string) => ({
  Type: 'AWS::Logs::LogGroup',
  // Nothing is kept of it that is not elsewhere.
  DeletionPolicy: 'Delete',
  UpdateReplacePolicy: 'Delete',
  Properties: { LogGroupName: sub(`/aws/lambda/\${AWS::StackName}-${what}`), RetentionInDays: 30 },
})

/** May write its own log, and what else is said. */
const role = (what: 'http' | 'files', statements: readonly object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      {
        PolicyName: what,
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'WriteLog',
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: attribute(what === 'http' ? 'HttpLog' : 'FilesLog', 'Arn'),
            },
            ...statements,
          ],
        },
      },
    ],
  },
})

const lambdaFunction = (
  { architecture, runtime, memory }: FunctionStack,
  what: string,
  handler: string,
  logGroup: string,
  roleName: string,
  properties: object,
) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: sub(`\${AWS::StackName}-${what}`),
    Runtime: runtime,
    Architectures: [architecture],
    Handler: handler,
    MemorySize: memory,
    Role: attribute(roleName, 'Arn'),
    Code: { S3Bucket: ref('CodeBucket'), S3Key: ref('CodeKey') },
    LoggingConfig: { LogGroup: ref(logGroup) },
    ...properties,
  },
})
