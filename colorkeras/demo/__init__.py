"""A page of this machine: drop a photograph, get it in color, hint, download.

`command` → `models` (opened), `scratch` (where files lie) → `app` (the calls of the page), which
uses `picture` (one photograph), `wishes` (what the page asks for), `work` (threads, queue) and
`shelf` (what is kept for a while).
"""
