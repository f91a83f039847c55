# syntax=docker/dockerfile:1
#
# The service on Java 25, with a cache of its loaded and linked classes (AOT cache) so that it starts fast.
#   docker build -t couponrush .
#   docker run --read-only --tmpfs /tmp:exec -e COUPONRUSH_... couponrush serve

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /build
COPY pom.xml ./
COPY conf/cluster.xml conf/cluster.xml
COPY src/main src/main
RUN --mount=type=cache,target=/root/.m2 mvn -B -ntp -q -Dmaven.test.skip=true package

FROM eclipse-temurin:25-jre-noble
WORKDIR /app
COPY --from=build /build/target/lib lib
COPY --from=build /build/target/couponrush.jar couponrush.jar
COPY conf/image/train conf/image/health ./
RUN mkdir trained && chown 65534:65534 trained
# nobody, who has a name in the image: the embedded Postgres of the training refuses root, and a user without one.
USER 65534:65534
# The cache holds only for these very jars: nothing may change them afterwards.
RUN ./train trained/couponrush.aot
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["./health"]
# The JVM is process 1 and hears SIGTERM: it drains, and ends with 0.
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "-XX:AOTCache=trained/couponrush.aot", "-XX:MaxRAMPercentage=70", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError", "-jar", "couponrush.jar"]
CMD ["serve"]
