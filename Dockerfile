# ctviz on the CPU: docker build -t ctviz . && docker run -p 127.0.0.1:8501:8501 -v ctviz:/data ctviz
# Within the container it listens on every address. Whoever publishes it beyond this computer puts a
# proxy with TLS before it, names it in CTVIZ_HOSTS, and asks for accounts with CTVIZ_ACCESS.
# Where the default package index carries torch with CUDA, name one with CPU wheels to keep the
# image small: docker build --build-arg TORCH_INDEX=… -t ctviz .
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 reader && mkdir /data && chown reader /data
WORKDIR /app

COPY requirements.txt pyproject.toml README.md LICENSE ./
ARG TORCH_INDEX=""
RUN pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch==2.13.0
RUN pip install --no-cache-dir -r requirements.txt

COPY . .
RUN pip install --no-cache-dir --no-deps -e .

USER reader
ENV CTVIZ_DATA=/data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8501/_stcore/health')"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0"]
