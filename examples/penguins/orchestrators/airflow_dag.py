"""Regia as a task of Airflow: the DAG says when, the pipeline says what. Copy it into the DAGs folder.

`regia run` is an ordinary command: it ends with 0 when the run succeeded and with 1 when it failed, writes a line for each event, cancels the run on SIGTERM
(which Airflow sends when a task is cleared or times out), and takes what is done from its cache when the task is tried again.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

PROJECT = "/opt/projects/penguins"

with DAG(
    dag_id="penguins",
    schedule="0 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5), "execution_timeout": timedelta(hours=2)},
):
    train = BashOperator(
        task_id="train",
        cwd=PROJECT,
        # `exec`: SIGTERM reaches Regia and not a shell before it. REGIA_URL names a server; without it this command is one for its duration.
        bash_command="exec npx regia run penguins --param trees={{ params.trees }} --junit checks.xml",
        params={"trees": 40},
        append_env=True,
    )
