package io.couponrush;

import java.io.PrintWriter;
import java.util.Map;

/** What a command has around it. */
record World(Map<String, String> env, PrintWriter out, PrintWriter err) {}
