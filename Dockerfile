# One image for every Airflow part of docker-compose.yml.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 UV_PYTHON_DOWNLOADS=never UV_SYSTEM_PYTHON=1 \
    HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 TOKENIZERS_PARALLELISM=false

RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin hotline
WORKDIR /opt/hotline

# Packages first: they change less often than the code.
COPY requirements.lock ./
RUN pip install uv && uv pip install --no-cache --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY pipeline pipeline
COPY dags dags
COPY plugins plugins
COPY sql sql
COPY config config
COPY models models
RUN uv pip install --no-cache --no-deps --no-build-isolation -e . \
    && mkdir -p .hotline && chown hotline:hotline .hotline

USER hotline
ENV AIRFLOW_HOME=/opt/hotline/.hotline/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/hotline/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/hotline/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False
CMD ["hotline", "--help"]
