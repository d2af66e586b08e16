"""Contact sheets: pages of small pictures, and a page with sliders."""
