"""Makes buckets, deploys a template as CloudFormation does, and takes the role of the function that scores files.

    python deploy.py ENDPOINT TEMPLATE ZIP IN_BUCKET OUT_BUCKET

Prints the credentials of the role, and what its policies grant. From then on the server checks every signature and policy.
"""

import ast
import json
import pathlib
import sys
import urllib.request

import boto3

endpoint, template, archive, in_bucket, out_bucket = sys.argv[1:]
options = {
    "endpoint_url": endpoint,
    "region_name": "eu-central-1",
    "aws_access_key_id": "set-up",
    "aws_secret_access_key": "set-up",
}
s3 = boto3.client("s3", **options)
for name in ("code", in_bucket, out_bucket, "secret"):
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
key = "function.zip"
s3.put_object(Bucket="code", Key=key, Body=pathlib.Path(archive).read_bytes())
s3.put_object(Bucket="secret", Key="in/rows.csv", Body=b"a\n1\n")
s3.put_object(Bucket=in_bucket, Key="elsewhere/rows.csv", Body=b"a\n1\n")

parameters = {"CodeBucket": "code", "CodeKey": key, "InputBucket": in_bucket, "OutputBucket": out_bucket}
stacks = boto3.client("cloudformation", **options)
stacks.create_stack(
    StackName="late",
    TemplateBody=pathlib.Path(template).read_text(),
    Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    Capabilities=["CAPABILITY_IAM"],
)
# What the server does not know of a template comes without a name.
resources = {
    each["LogicalResourceId"]: each
    for each in stacks.describe_stack_resources(StackName="late")["StackResources"]
    if "LogicalResourceId" in each
}
iam = boto3.client("iam", **options)
role_name = resources["FilesRole"]["PhysicalResourceId"]
role = iam.get_role(RoleName=role_name)["Role"]
statements = []
for name in iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
    policy = iam.get_role_policy(RoleName=role_name, PolicyName=name)["PolicyDocument"]
    # As its CloudFormation keeps them they are texts of Python, which its own checks do not read.
    if isinstance(policy, str):
        policy = ast.literal_eval(policy)
    iam.put_role_policy(RoleName=role_name, PolicyName=name, PolicyDocument=json.dumps(policy))
    statements += policy["Statement"]
function = boto3.client("lambda", **options).get_function_configuration(FunctionName="late-files")
sts = boto3.client("sts", **options)
credentials = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="files")["Credentials"]
everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
iam.create_user(UserName="owner")
iam.put_user_policy(UserName="owner", PolicyName="everything", PolicyDocument=json.dumps(everything))
owner = iam.create_access_key(UserName="owner")["AccessKey"]
plain = {"content-type": "text/plain"}
request = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", data=b"0", headers=plain, method="POST")
urllib.request.urlopen(request).read()
print(
    json.dumps(
        {
            "resources": sorted(resources),
            "credentials": {
                "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
                "AWS_SESSION_TOKEN": credentials["SessionToken"],
            },
            "owner": {"accessKeyId": owner["AccessKeyId"], "secretAccessKey": owner["SecretAccessKey"]},
            "statements": statements,
            "handler": function["Handler"],
            "variables": function["Environment"]["Variables"],
        }
    )
)
