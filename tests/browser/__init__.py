"""The pages in a real Chromium, driven as people drive them, under the production policy."""
