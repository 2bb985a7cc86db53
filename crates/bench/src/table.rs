//! Tables for people: plain for a terminal, Markdown for a page.

/// Rows of equally many cells under a heading.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a heading and no rows.
    pub(crate) fn new(heading: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { rows: vec![heading.into_iter().map(Into::into).collect()] }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// Columns of equal width, two spaces apart.
    pub(crate) fn plain(&self) -> String {
        let widths = self.widths();
        self.rows.iter().map(|row| line(row, &widths, "  ").trim_end().to_owned() + "\n").collect()
    }

    /// A Markdown table.
    pub(crate) fn markdown(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let row = |cells: &Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut rows = self.rows.iter().map(row);
        let heading = rows.next().unwrap_or_default();
        format!("{heading}|{}\n{}", "---|".repeat(columns), rows.collect::<String>())
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max()
        };
        (0..columns).map(|column| width(column).unwrap_or(0)).collect()
    }
}

fn line(cells: &[String], widths: &[usize], between: &str) -> String {
    let padded: Vec<String> =
        cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    padded.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["server", "µs"]);
        table.push(vec!["a".to_owned(), "5.7".to_owned()]);
        table
    }

    #[test]
    fn plain_columns_line_up() {
        assert_eq!(table().plain(), "server  µs\na       5.7\n");
    }

    #[test]
    fn markdown_has_a_rule_below_its_heading() {
        assert_eq!(table().markdown(), "| server | µs |\n|---|---|\n| a | 5.7 |\n");
    }
}
